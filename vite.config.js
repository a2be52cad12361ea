// Builds the styles and scripts into hashed files and a manifest that the `asset` tag reads.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("src/jishi/web/assets"),
  base: "./",
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: here("src/jishi/web/static/dist"),
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    manifest: "manifest.json",
    modulePreload: false,
    target: ["chrome100", "firefox100", "safari16"],
    cssTarget: ["chrome100", "firefox100", "safari16"],
    reportCompressedSize: false,
    rollupOptions: {
      input: ["app.css", "app.js", "grid.js", "lab.js"].map((name) =>
        here(`src/jishi/web/assets/${name}`),
      ),
    },
  },
});
