import { USAGE, parseBridgeArguments, type BridgeArguments } from "./bridge/arguments.ts";
import { usageError } from "./exit.ts";
import { runProgram } from "./terminal.ts";

async function printProviders(): Promise<void> {
  const { providerLines } = await import("./bridge/providers.ts");
  process.stdout.write(`${USAGE}\n\n${providerLines(process.env).join("\n")}\n`);
}

async function printModels(provider: string, args: BridgeArguments): Promise<void> {
  const { upstreamOf } = await import("./bridge/providers.ts");
  const { listModels } = await import("../backends/list-models.ts");
  const models = await listModels(upstreamOf(provider, args, process.env));
  process.stdout.write(models.map((model) => `${model}\n`).join(""));
  if (models.length === 0) process.stderr.write(`claude-bridge: ${provider} lists no models\n`);
}

function refuseServeOptions({ host, port, authToken }: BridgeArguments): void {
  const given = { "--host": host, "--port": port, "--auth-token": authToken };
  const [option] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (option !== undefined) throw usageError(`${option} belongs to "claude-bridge serve PROVIDER MODEL"`);
}

async function serveModel([provider, model, extra]: string[], args: BridgeArguments): Promise<void> {
  if (provider === undefined || model === undefined) throw usageError("serve needs PROVIDER and MODEL");
  if (extra !== undefined) throw usageError(`serve takes no "${extra}"`);
  const { upstreamOf } = await import("./bridge/providers.ts");
  const { serve } = await import("./bridge/serve.ts");
  await serve(upstreamOf(provider, args, process.env), model, args);
}

async function launchModel(
  provider: string,
  model: string,
  rest: string[],
  args: BridgeArguments,
): Promise<void> {
  refuseServeOptions(args);
  const { upstreamOf } = await import("./bridge/providers.ts");
  const upstream = upstreamOf(provider, args, process.env);
  if (model.startsWith("-")) throw usageError(`a model is missing before "${model}"`);
  const { launch } = await import("./bridge/launch.ts");
  process.exitCode = await launch(upstream, model, rest, args);
}

/** Program `claude-bridge`. */
export function bridgeMain(argv: string[]): Promise<void> {
  return runProgram(async () => {
    const args = await parseBridgeArguments(argv);
    if (args.answered) return;
    const [provider, model, ...rest] = args.words;
    if (provider === undefined) await printProviders();
    else if (provider === "serve") await serveModel(args.words.slice(1), args);
    else if (model === undefined) await printModels(provider, args);
    else await launchModel(provider, model, rest, args);
  });
}
