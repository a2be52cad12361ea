// Builds the styles and scripts into hashed files and a manifest that the `asset` tag reads.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// htmx may evaluate text; the security policy forbids it and htmx.js switches it off. Without the
// direct eval the file also minifies better.
const noEval = {
  name: "no-eval",
  transform(code, id) {
    if (!id.endsWith("/htmx.esm.js")) return null;
    const without = code.replaceAll(/\breturn eval\(\w+\)/g, 'throw new Error("eval is off")');
    if (without === code || /\beval\(/.test(without)) this.error("htmx evaluates in another way now");
    return { code: without, map: null };
  },
};

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("src/jishi/web/assets"),
  base: "./",
  publicDir: false,
  plugins: [noEval],
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
