import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * `unit` needs nothing but Node. `client` runs the real Claude Code, real engines and packed
 * tarballs: slow, so its files run one after the other.
 */
const config: ViteUserConfig = defineConfig({
  test: {
    reporters: ["default", "./scripts/tally-reporter.ts"],
    globalSetup: ["./scripts/require-node.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.client.test.ts", "**/*.slow.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: "client",
          include: ["src/**/*.client.test.ts", "src/**/*.slow.test.ts", "scripts/**/*.slow.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

export default config;
