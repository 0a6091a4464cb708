// Does with the built console what people do, in Debian's Chromium against the mock server, and fails at the first thing that goes
// wrong: signing in, enrolling, stepping up, publishing, releasing, filters and going back, the palette, the stream that waits.
//
//   node tools/try.mjs [name of one]
import { chromium } from 'playwright-core';
import { start } from '../mock/server.mjs';

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const faults = [];

async function visit(options, language = 'en', width = 1280) {
  const server = await start({ domains: 100_000, every: 300, ...options });
  const origin = `http://localhost:${server.address().port}`;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await context.addInitScript(([spoken]) => window.top === window && localStorage.setItem('rampart.language', spoken), [language]);
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on('pageerror', (error) => faults.push(`${error.message}`));
  page.on('console', (message) => message.type() === 'error' && !/status of (4|5)\d\d/.test(message.text()) && faults.push(message.text()));
  const close = async () => {
    await context.close();
    server.closeAllConnections();
    server.close();
  };
  return { page, origin, close };
}

const must = (condition, what) => {
  if (!condition) throw new Error(what);
};

const tries = {
  async 'sign in with a code'() {
    const { page, origin, close } = await visit({ state: 'anonymous' });
    await page.goto(`${origin}/domains?status=unknown`);
    await page.getByLabel('E-mail address').fill('ayesha@ministry.example');
    await page.getByLabel('Password').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('name or password is wrong').waitFor();
    must((await page.getByLabel('E-mail address').inputValue()) === 'ayesha@ministry.example', 'what was typed is kept');
    await page.getByLabel('Password').fill('a long sentence');
    await page.keyboard.press('Enter');
    await page.getByText('Use a code of the app instead').click();
    await page.getByLabel('Code of six digits').fill('123456');
    // The place that was asked for is where one arrives.
    await page.getByRole('heading', { name: 'Domains' }).waitFor();
    must(page.url().endsWith('/domains?status=unknown'), page.url());
    await close();
  },
  async 'sign in with a passkey'() {
    const { page, origin, close } = await visit({ state: 'pending' });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await page.goto(origin);
    await page.getByRole('button', { name: 'Use passkey' }).click();
    // The example's key is nobody's: the browser says so, we say what to do.
    await page.getByText('The browser stopped').waitFor({ timeout: 20_000 });
    await close();
  },
  async 'enrol with an app'() {
    const { page, origin, close } = await visit({ state: 'enrolling' });
    await page.goto(`${origin}/enrol#9f3KQm2xV7cT1bR8wZ4nL6pD0hJ5sY`);
    await page.getByLabel('Your e-mail address').fill('ayesha@ministry.example');
    must(!page.url().includes('#'), 'the token left the address');
    await page.getByLabel('New password').fill('password12345');
    await page.getByLabel('The same again').fill('password12345');
    await page.getByRole('button', { name: 'Choose a password' }).click();
    await page.getByText('it is on the list of passwords').waitFor();
    await page.getByLabel('New password').fill('a long sentence of mine');
    await page.getByLabel('The same again').fill('a long sentence of mine');
    await page.getByRole('button', { name: 'Choose a password' }).click();
    await page.getByRole('button', { name: 'Use an app' }).click();
    await page.getByRole('img', { name: 'QR code of the key' }).waitFor();
    await page.getByLabel('Code of six digits').fill('123456');
    await page.getByRole('button', { name: 'Add the app' }).click();
    await page.getByRole('button', { name: 'Finish and show the codes' }).click();
    must(await page.getByRole('button', { name: 'To the console' }).isDisabled(), 'codes have to be kept first');
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'To the console' }).click();
    await page.getByText('can be spoofed').first().waitFor();
    await close();
  },
  async 'publish a step, stepping up'() {
    const { page, origin, close } = await visit({});
    await page.goto(`${origin}/domains/ministry.example?open=dmarc-missing`);
    await page.getByRole('button', { name: 'Publish', exact: true }).first().click();
    await page.getByRole('button', { name: 'Publish now' }).click();
    await page.getByText('Prove that it is you').waitFor();
    await page.getByText('Use a code of the app instead').click();
    await page.getByLabel('Code of six digits').fill('123456');
    await page.getByText('1 record changed.').waitFor();
    await page.getByText('does not show it yet').waitFor();
    await close();
  },
  async 'release many'() {
    const { page, origin, close } = await visit({ proven: true });
    await page.goto(`${origin}/quarantine`);
    const boxes = page.getByRole('checkbox', { name: /^Choose (?!all)/ });
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByText('2 chosen').waitFor();
    const before = await page.getByText('in all').innerText();
    await page.getByRole('toolbar').getByRole('button', { name: 'Release' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await page.waitForFunction((old) => !document.body.innerText.includes(old), before);
    await close();
  },
  async 'filters are the address, and back works'() {
    const { page, origin, close } = await visit({});
    await page.goto(`${origin}/domains`);
    await page.getByText('100,000 in all').waitFor();
    await page.getByRole('searchbox', { name: 'Find a domain' }).fill('census-0009');
    await page.waitForURL(/text=census-0009/);
    await page.getByText('1 in all').waitFor();
    await page.getByRole('link', { name: 'census-0009.gov.example' }).click();
    await page.getByRole('heading', { name: 'Who can send as this domain' }).waitFor();
    await page.goBack();
    await page.waitForURL(/text=census-0009/);
    await page.getByText('1 in all').waitFor();
    await close();
  },
  async 'a long list comes as it is scrolled, and is found where it was left'() {
    const { page, origin, close } = await visit({});
    await page.goto(`${origin}/domains`);
    await page.getByText('100,000 in all').waitFor();
    for (let i = 0; i < 6; i++) {
      await page.mouse.move(800, 500);
      await page.mouse.wheel(0, 6000);
      await page.waitForTimeout(250);
    }
    const rows = await page.locator('[role=row]').count();
    must(rows < 120, `${rows} rows in the document`);
    const seen = await page.locator('.rows-body [role=row] a.domain-link').nth(20).innerText();
    const y = await page.evaluate(() => window.scrollY);
    must(y > 10_000, `scrolled to ${y}`);
    await page.locator('.rows-body [role=row] a.domain-link').nth(20).click();
    await page.getByRole('heading', { name: 'Who can send as this domain' }).waitFor();
    await page.goBack();
    await page.getByText(seen.trim(), { exact: true }).first().waitFor();
    const after = await page.evaluate(() => window.scrollY);
    // Within three rows: heights of rows that were not seen again are estimates.
    must(Math.abs(after - y) < 130, `left at ${y}, found at ${after}`);
    await close();
  },
  async 'the palette finds, by keyboard alone'() {
    const { page, origin, close } = await visit({});
    await page.goto(origin);
    await page.getByText('can be spoofed').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('bank.exa');
    await page
      .getByRole('option', { name: /bank\.example/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/domains\/bank\.example/);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('audit l');
    await page.getByRole('option', { name: 'Audit log' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/audit-log/);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await page.getByRole('combobox', { name: 'Search' }).waitFor({ state: 'detached' });
    await close();
  },
  async 'mail waits while the pointer is on it'() {
    const { page, origin, close } = await visit({});
    await page.goto(`${origin}/mail`);
    await page.locator('.rows-body [role=row]').nth(5).waitFor();
    await page.locator('.rows-body [role=row]').nth(5).hover();
    const first = () => page.locator('.rows-body [role=row]').nth(5).innerText();
    const before = await first();
    await page.getByRole('button', { name: /new messages?: show/ }).waitFor();
    await page.waitForTimeout(1200);
    must((await first()) === before, 'a row moved under the pointer');
    await page.getByRole('button', { name: /new messages?: show/ }).click();
    await page.waitForTimeout(200);
    must((await first()) !== before, 'what waited is shown');
    await page.getByRole('button', { name: 'Pause' }).click();
    await close();
  },
  async 'a cause marks its place'() {
    const { page, origin, close } = await visit({});
    await page.goto(`${origin}/quarantine/kept1/headers`);
    await page.getByText('who the message says wrote it').waitFor();
    await page.goto(`${origin}/quarantine/kept1/text`);
    await page.getByText('words-urgent').first().hover();
    await page.locator('.marked-hot').first().waitFor();
    await page.goto(`${origin}/quarantine/kept1`);
    await page.getByText('words-urgent').first().hover();
    const frame = page.frameLocator('iframe.message-frame');
    await frame.locator('mark.hot').waitFor();
    must((await page.locator('iframe.message-frame').getAttribute('sandbox')) === '', 'sandboxed');
    await close();
  },
  async 'Urdu, by the address of nobody else'() {
    const { page, origin, close } = await visit({}, 'ur');
    await page.goto(origin);
    await page.getByText('جعل سازی').first().waitFor();
    must((await page.evaluate(() => document.documentElement.dir)) === 'rtl', 'right to left');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('English');
    await page.keyboard.press('Escape');
    await close();
  },
  async 'on a telephone the rail is a drawer'() {
    const { page, origin, close } = await visit({}, 'en', 360);
    await page.goto(origin);
    await page.getByRole('button', { name: 'Menu' }).first().click();
    await page.getByRole('link', { name: 'Quarantine' }).click();
    await page.waitForURL(/quarantine/);
    await page.getByRole('link', { name: 'Overview' }).waitFor({ state: 'hidden' });
    await close();
  },
};

const only = process.argv[2];
let failed = 0;
for (const [name, run] of Object.entries(tries)) {
  if (only && !name.includes(only)) continue;
  faults.length = 0;
  try {
    await run();
    if (faults.length) throw new Error(`the page said: ${faults.join(' | ')}`);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}: ${String(error.message).split('\n').slice(0, 6).join(' / ')}`);
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
