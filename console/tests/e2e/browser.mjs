// What the browser tests share: Debian's Chromium with a security key made of software, everything that a page must never do, and
// the catalogue of English sentences. Each script prints one line a check, "ok NAME" or "FAIL NAME: why", and ends with 1 if one failed.
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const source = new URL('../../src/', import.meta.url);
export const axe = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

export const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking'] });

export function must(condition, what) {
  if (!condition) throw new Error(what);
}

// RFC 6238 with the usual 30 s, SHA-1 and six digits. `ahead` in steps: the server takes one step beside now, and each once.
export function totp(secret, ahead = 0, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replace(/[\s=]/g, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + ahead));
  const hash = createHmac('sha1', key).update(step).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// A browser in which `faults` gathers what no page may do: errors, breaches of the policy, requests to anybody else, dialogs.
export async function visit(browser, origin, { width = 1280, height = 800, language = 'en' } = {}) {
  const faults = [];
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', reducedMotion: 'reduce' });
  await context.addInitScript((spoken) => {
    if (window.top === window && localStorage.getItem('rampart.language') === null) localStorage.setItem('rampart.language', spoken);
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  }, language);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The browser says every 4xx by itself; a refused sign-in or a step-up that is asked for is one.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(`console: ${message.text().slice(0, 400)}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(data|about|blob):/.test(request.url())) faults.push(`outside: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  return { context, page, faults };
}

export async function add_security_key(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

export const person = { name: 'ayesha@ministry.example', shown: 'Ayesha', password: 'a long sentence of mine 47' };

// From the link to the console; `factor` is 'passkey' or 'totp'. Gives the key of the app, and the recovery codes.
export async function enrol(page, link, factor) {
  await page.goto(link);
  await page.getByLabel('Your e-mail address').fill(person.name, { timeout: 60_000 });
  must(!page.url().includes('#'), `the token is still in the address: ${page.url()}`);
  await page.getByLabel('Your name, as others see it').fill(person.shown);
  await page.getByLabel('New password').fill(person.password);
  await page.getByLabel('The same again').fill(person.password);
  await page.getByRole('button', { name: 'Choose a password' }).click();
  let secret = null;
  if (factor === 'passkey') {
    await page.getByRole('button', { name: 'Add passkey' }).click();
  } else {
    await page.getByRole('button', { name: 'Use an app' }).click();
    await page.getByRole('img', { name: 'QR code of the key' }).waitFor();
    secret = (await page.locator('.factor-choice code').first().innerText()).replace(/\s/g, '');
    // The step before this one: those of now and next are left to sign in and to step up with.
    await page.getByLabel('Code of six digits').fill(totp(secret, -1));
    await page.getByRole('button', { name: 'Add the app' }).click();
  }
  await page.getByRole('button', { name: 'Finish and show the codes' }).click();
  const codes = page.locator('ol.codes li');
  await codes.first().waitFor();
  const kept = await codes.allInnerTexts();
  must(new Set(kept).size === 10, `${kept.length} recovery codes`);
  must(await page.getByRole('button', { name: 'To the console' }).isDisabled(), 'one goes on without keeping the codes');
  await page.getByLabel('I have kept them').check();
  await page.getByRole('button', { name: 'To the console' }).click();
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
  return { secret, codes: kept };
}

// Every English sentence of the catalogue, whose Urdu is another one, as the code has them side by side.
export function english_sentences() {
  const found = new Set();
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(new URL(`${entry.name}/`, folder));
      else if (/\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name)) {
        const text = readFileSync(new URL(entry.name, folder), 'utf8');
        for (const [, quote, said] of text.matchAll(/\ben:\s*(['"])((?:(?!\1).)+)\1/g)) {
          const sentence = said.replaceAll(`\\${quote}`, quote);
          // Names such as DMARC and TTL are the same in both.
          if (/[a-z]{2}/.test(sentence) && sentence !== 'English') found.add(sentence);
        }
      }
    }
  };
  walk(source);
  return [...found];
}

// Runs `checks` one after the other, since each goes on where the last one stopped.
export async function run(checks, faults) {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    faults.length = 0;
    try {
      await check();
      if (faults.length) throw new Error(`the page did what it must not: ${[...new Set(faults)].slice(0, 8).join(' | ')}`);
      console.log(`ok ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}: ${String(error.message).split('\n').slice(0, 8).join(' / ')}`);
    }
  }
  return failed;
}
