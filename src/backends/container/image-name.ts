import { BackendError } from "../backend-error.ts";

/**
 * The Ollama that is started when no other is named. Pinned: a verdict should not change because a tag was
 * moved. To renew it, take the newest of https://hub.docker.com/r/ollama/ollama/tags that has no `-rc`.
 */
export const OLLAMA_IMAGE = "ollama/ollama:0.32.15";

// Source: https://pkg.go.dev/github.com/distribution/reference, the grammar at its head.
const HOST = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?`;
const PART = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const NAME = new RegExp(
  `^(?:${HOST}/)?${PART}(?:/${PART})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
  "u",
);

/**
 * The name with its tag: `latest` when it names neither tag nor digest.
 * @throws BackendError `backend-image` on what no registry would take
 */
export function imageName(name: string): string {
  if (!NAME.test(name))
    throw new BackendError(
      "backend-image",
      `--image "${name}" is not the name of an image: e.g. ${OLLAMA_IMAGE} (small letters, NAME:TAG)`,
    );
  const last = name.slice(name.lastIndexOf("/") + 1);
  return /[:@]/u.test(last) ? name : `${name}:latest`;
}
