// Reads one JSON call a line ({name, args}), answers one JSON text a line: format.js for the tests.
import { createInterface } from "node:readline";
import * as format from "../../../src/jishi/web/assets/js/format.js";

const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

for await (const line of createInterface({ input: process.stdin })) {
  const { name, args, signed } = JSON.parse(line);
  const call = signed ? [args[0], args[1], { signed }] : args;
  process.stdout.write(`${JSON.stringify(format[camel(name)](...call))}\n`);
}
