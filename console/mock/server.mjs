// A server for looking at the console without Rampart: answers of the API's own examples, with volumes (`--domains 100000`) and
// states (`--state anonymous|pending|enrolling|signed-in`) made up. It serves dist/ under the content security policy of the
// real server, so that what the policy forbids fails here too.
//
//   node mock/server.mjs --port 8099 --domains 100000 --demo
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations, read_api } from '../tools/api_parts.mjs';
import { answer_of } from './examples.mjs';
import { make_answers } from './answers.mjs';
import { problem } from './problem.mjs';

export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default',
].join('; ');

const dist = join(fileURLToPath(new URL('.', import.meta.url)), '..', 'dist');
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export function make_handler(options = {}) {
  const api = read_api();
  const routes = operations(api).map((each) => ({
    ...each,
    method: each.method.toUpperCase(),
    pattern: new RegExp(`^/api/v1${each.path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '([^/]+)')}$`),
    names: [...each.path.matchAll(/\{([^}]+)\}/g)].map((found) => found[1]),
  }));
  // Paths without a variable come before those with one.
  routes.sort((a, b) => a.names.length - b.names.length);
  const answers = make_answers(api, options);
  const delay = Number(options.delay ?? 0);

  return async function handle(request, response) {
    const url = new URL(request.url, 'http://localhost');
    if (!url.pathname.startsWith('/api/')) return false;
    const body = await read_body(request);
    if (url.pathname === '/api/v1/events') {
      answers.events(request, response);
      return true;
    }
    for (const route of routes) {
      if (route.method !== request.method) continue;
      const found = route.pattern.exec(url.pathname);
      if (!found) continue;
      const path = Object.fromEntries(route.names.map((name, i) => [name, decodeURIComponent(found[i + 1])]));
      const answer = (await answers.answer(route, { path, query: url.searchParams, body, request })) ?? answer_of(api, route.operation);
      if (delay) await new Promise((go) => setTimeout(go, delay));
      send(response, answer);
      return true;
    }
    send(response, problem(404, 'not-found', `the API has no ${request.method} ${url.pathname}`, url.pathname));
    return true;
  };
}

function send(response, { status = 200, type = 'application/json', body = null, headers = {} }) {
  const text = body === null || body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    ...(text && type ? { 'Content-Type': type } : {}),
    ...(status === 200 && type === 'application/json' ? { ETag: '"0123456789abcdef"' } : {}),
    ...headers,
  });
  response.end(text);
}

async function read_body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function serve_file(request, response) {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  let file = join(dist, path);
  if (!file.startsWith(dist) || !existsSync(file) || !statSync(file).isFile()) {
    if (path.startsWith('/assets/')) {
      response.writeHead(404).end();
      return;
    }
    file = join(dist, 'index.html');
  }
  const headers = {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (/\bbr\b/.test(request.headers['accept-encoding'] ?? '') && existsSync(`${file}.br`)) {
    headers['Content-Encoding'] = 'br';
    file += '.br';
  }
  response.writeHead(200, headers);
  createReadStream(file).pipe(response);
}

export function start(options = {}) {
  const handle = make_handler(options);
  const server = createServer((request, response) => {
    handle(request, response).then(
      (done) => done || serve_file(request, response),
      (error) => {
        console.error(error);
        send(response, problem(500, 'internal', String(error), request.url));
      },
    );
  });
  return new Promise((ready) => server.listen(options.port ?? 0, '127.0.0.1', () => ready(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = {};
  const given = process.argv.slice(2);
  for (let i = 0; i < given.length; i++) {
    const name = given[i].replace(/^--/, '');
    options[name] = given[i + 1] === undefined || given[i + 1].startsWith('--') ? true : given[++i];
  }
  const server = await start({ port: 8099, ...options, port: Number(options.port ?? 8099) });
  console.log(`http://localhost:${server.address().port}`);
}
