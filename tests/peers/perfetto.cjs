// Loads a trace in Perfetto's own trace processor (web assembly, as its page uses it) and prints what a query finds.
// node perfetto.cjs FOLDER TRACE SQL: FOLDER has engine_bundle.js and trace_processor.wasm; rows are printed as JSON.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [folder, trace, sql] = process.argv.slice(2);
// TraceProcessorRpc of protos/perfetto/trace_processor/trace_processor.proto.
const APPEND_TRACE_DATA = 1, FINALIZE_TRACE_DATA = 2, QUERY_STREAMING = 3;

const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const bytes = (field, data) => Buffer.concat([Buffer.from(varint(field * 8 + 2)), Buffer.from(varint(data.length)), data]);
let number = 0;
const request = (kind, ...more) =>
  bytes(1, Buffer.concat([Buffer.from([8, ...varint(number++), 16, ...varint(kind)]), ...more]));

// [field, value] of each field: a BigInt, eight bytes or a Buffer.
function* fields(data) {
  for (let at = 0; at < data.length; ) {
    const next = () => {
      let value = 0n, byte;
      for (let shift = 0n; ; shift += 7n) {
        byte = data[at++];
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return value;
      }
    };
    const key = Number(next());
    const length = { 0: () => null, 1: () => 8, 2: () => Number(next()), 5: () => 4 }[key & 7]();
    if (length === null) yield [key >> 3, next()];
    else yield [key >> 3, data.subarray(at, (at += length))];
  }
}
const only = (data, wanted) => [...fields(data)].filter(([field]) => field === wanted).map(([, value]) => value);
const fail = (words) => { console.error(words); process.exit(1); };

function* varints(data) {
  let value = 0n, shift = 0n;
  for (const byte of data) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) { yield Number(BigInt.asIntN(64, value)); value = shift = 0n; }
  }
}

// QueryResult: 1 names of columns, 2 error, 3 batches of cells (1 kinds, 2 integers, 3 doubles, 5 strings).
function rows(result) {
  for (const words of only(result, 2)) if (words.length) fail(words.toString());
  const names = only(result, 1).map(String), cells = [];
  for (const batch of only(result, 3)) {
    const texts = only(batch, 5).flatMap((b) => b.toString().split("\0"))[Symbol.iterator]();
    const integers = only(batch, 2).flatMap((b) => [...varints(b)])[Symbol.iterator]();
    const doubles = only(batch, 3).flatMap((b) => Array.from({ length: b.length / 8 }, (_, i) => b.readDoubleLE(8 * i)));
    const take = { 1: () => null, 2: () => integers.next().value, 3: () => doubles.shift(), 4: () => texts.next().value };
    for (const kind of only(batch, 1).flatMap((b) => [...varints(b)])) cells.push(take[kind]());
  }
  const width = names.length;
  return { names, cells: Array.from({ length: cells.length / width }, (_, i) => cells.slice(i * width, (i + 1) * width)) };
}

process.on("uncaughtException", (error) => fail(String(error.stack).slice(0, 2000)));  // not a line of the bundle, which is 140 kB
const answers = [];
const port = {
  postMessage(data) {
    for (const message of only(Buffer.from(data), 1)) {
      for (const words of only(message, 5)) fail(`fatal: ${words}`);
      for (const appended of only(message, 201)) for (const words of only(appended, 2)) fail(`not read: ${words}`);
      answers.push(...only(message, 203));
    }
  },
};
// What the bundle needs of the web worker that it is written for.
class XMLHttpRequest {
  open(_method, url) { this.file = path.join(folder, path.basename(url)); }
  send() { this.response = new Uint8Array(fs.readFileSync(this.file)).buffer; this.status = 200; }
}
const quiet = { log() {}, warn() {}, error: console.error };
const worker = {
  XMLHttpRequest, TextDecoder, TextEncoder, URL, performance, setTimeout, clearTimeout, setInterval,
  clearInterval, console: quiet, location: { href: "file:///engine_bundle.js" }, WorkerGlobalScope: class {},
  importScripts() {},
};
worker.self = worker;
vm.createContext(worker);
vm.runInContext(fs.readFileSync(path.join(folder, "engine_bundle.js"), "utf8"), worker);
worker.onmessage({ data: port });
// The bundle knows only arrays of its own context.
const say = (data) => {
  worker.received = [...data];
  port.onmessage({ data: vm.runInContext("new Uint8Array(received)", worker) });
};

setTimeout(() => {  // it is ready when what is running here is over: it reads its file at once
  say(request(APPEND_TRACE_DATA, bytes(101, fs.readFileSync(trace))));
  say(request(FINALIZE_TRACE_DATA));
  say(request(QUERY_STREAMING, bytes(103, bytes(1, Buffer.from(sql)))));
  console.log(JSON.stringify(rows(Buffer.concat(answers))));
}, 0);
