import assert from "node:assert/strict";
import { test } from "node:test";
import { normalise, rebalance } from "../../../src/jishi/web/assets/js/weights.js";

const sum = (weights) => Object.values(weights).reduce((a, b) => a + b, 0);
const start = { sales: 40, potential: 25, reference: 20, winnable: 15 };

test("the others give what one takes, in proportion", () => {
  assert.deepEqual(rebalance(start, "sales", 70), { sales: 70, potential: 13, reference: 10, winnable: 7 });
});

test("a locked weight stays", () => {
  const next = rebalance(start, "sales", 60, { locked: new Set(["winnable"]) });
  assert.equal(next.winnable, 15);
  assert.equal(sum(next), 100);
});

test("with all others locked, the changed one takes what is left", () => {
  const locked = new Set(["potential", "reference", "winnable"]);
  assert.deepEqual(rebalance(start, "sales", 90, { locked }), start);
});

test("weights of zero share equally", () => {
  const zero = { a: 100, b: 0, c: 0, d: 0 };
  assert.deepEqual(rebalance(zero, "a", 40), { a: 40, b: 20, c: 20, d: 20 });
});

test("normalise brings any whole numbers to one hundred", () => {
  assert.deepEqual(normalise({ a: 1, b: 1, c: 1 }), { a: 34, b: 33, c: 33 });
  assert.equal(sum(normalise({ a: 40, b: 25, c: 90 }, { locked: new Set(["a"]) })), 100);
});

test("ten thousand random moves keep the sum and the locks", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 10_000; round++) {
    const names = ["a", "b", "c", "d", "e", "f"].slice(0, 2 + random(5));
    const weights = normalise(Object.fromEntries(names.map((name) => [name, random(100)])));
    const changed = names[random(names.length)];
    const locked = new Set(names.filter((name) => name !== changed && random(4) === 0));
    const next = rebalance(weights, changed, random(130) - 10, { locked });
    assert.equal(sum(next), 100);
    for (const name of names) {
      assert.ok(Number.isInteger(next[name]) && next[name] >= 0);
      if (locked.has(name)) assert.equal(next[name], weights[name]);
    }
  }
});
