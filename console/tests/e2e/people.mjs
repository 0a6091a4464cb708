// What people do with a `rampart demo`, in Chromium.
//
//   node people.mjs LINK passkey|totp FOLDER     LINK as the demo printed it; screenshots go to FOLDER
import { writeFileSync } from 'node:fs';
import { add_security_key, enrol, launch, must, person, run, totp, visit } from './browser.mjs';
import { look } from './looks.mjs';

const [link, factor, folder] = process.argv.slice(2);
const origin = new URL(link).origin;
const hostile = '<img src=x onerror="alert(1)">';
const browser = await launch();
const seat = await visit(browser, origin);
const { page, faults } = seat;
let secret = null;
let domain = null;

async function sign_in() {
  await page.getByLabel('E-mail address').fill(person.name);
  await page.getByLabel('Password').fill(person.password);
  await page.keyboard.press('Enter');
  if (factor === 'passkey') await page.getByRole('button', { name: 'Use passkey' }).click();
  else await page.getByLabel('Code of six digits').fill(totp(secret, 0));
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
}

// Where the act just asked for it: within five minutes of signing in it does not.
async function step_up_if_asked(done) {
  const asked = page.getByRole('dialog').getByText('Prove that it is you');
  await Promise.race([asked.waitFor().catch(() => undefined), done.catch(() => undefined)]);
  if (!(await asked.isVisible())) return;
  if (factor === 'passkey') await page.getByRole('button', { name: 'Use passkey' }).click();
  else await page.getByLabel('Code of six digits').fill(totp(secret, 1));
}

const no_images = async () => must((await page.locator('img[src="x"]').count()) === 0, 'a hostile text became an element');

const first = {
  async 'nobody comes in before enrolment'() {
    await page.goto(`${origin}/domains`);
    await page.getByText('Nobody owns this server yet.').waitFor();
  },
  async [`first start, enrolment by ${factor}`]() {
    if (factor === 'passkey') await add_security_key(page);
    ({ secret } = await enrol(page, link, factor));
  },
  async 'the link works once'() {
    const other = await visit(browser, origin);
    await other.page.goto(link);
    await other.page.getByRole('heading', { name: 'This link is not whole.' }).waitFor();
    await other.context.close();
  },
  async 'sign out, sign in again'() {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${origin}/domains`);
    await sign_in();
    await page.getByRole('heading', { name: 'Domains', level: 1 }).waitFor();
  },
};

const daily = {
  async 'the list of domains'() {
    await page.goto(`${origin}/domains?status=spoofable`);
    const row = page.locator('.rows-body [role=row] a.domain-link').first();
    domain = (await row.innerText()).trim();
    await row.click();
    await page.getByRole('heading', { name: 'Who can send as this domain' }).waitFor();
  },
  async 'audit it, read a finding'() {
    const done = page.waitForResponse((response) => response.url().endsWith('/api/v1/audits') && response.request().method() === 'POST');
    await page.getByRole('button', { name: 'Audit now' }).click();
    const started = await done;
    must(started.status() === 202, `the audit answered ${started.status()}: ${await started.text()}`);
    await page.getByText('Audit done: 1 domain, 0 could not be examined.').waitFor({ timeout: 60_000 });
    await page.locator('.domain-lead').getByText(/^audited (now|\d+ s)/).waitFor();
    await page.locator('details.finding summary').first().click();
    await page.locator('details.finding[open]').getByText('What was seen').waitFor();
  },
  async 'the advice'() {
    await page.goto(`${origin}/advice/${domain}`);
    await page.locator('main h1').waitFor();
    await page.waitForFunction(() => document.querySelector('main').innerText.length > 200);
    must(!(await page.locator('main .failed').count()), await page.locator('main').innerText());
  },
  async 'a forged message is blocked while one looks'() {
    await page.goto(`${origin}/mail?action=reject`);
    const rows = page.locator('.rows-body [role=row]');
    await page.getByText('live', { exact: true }).waitFor();
    const newest = async () => ((await rows.count()) ? rows.first().locator('time').getAttribute('datetime') : '');
    const rates = page.waitForResponse((response) => response.url().includes('/mail/rates') && response.url().includes('by=hour'));
    await page.getByLabel('Shown').selectOption('hour');
    must((await rates).ok(), `the rates of two days answer ${(await rates).status()}`);
    await page.mouse.move(2, 2);
    const before = await newest();
    const until = Date.now() + 90_000;
    while ((await newest()) === before && Date.now() < until) await page.waitForTimeout(300);
    must((await newest()) > before, `nothing newer than ${before} came in 90 s`);
    await rows.first().locator('a.subject-link').click();
    await page.getByText('Why').first().waitFor();
  },
  async 'release from quarantine, with the factor proven anew'() {
    await page.goto(`${origin}/quarantine`);
    await page.locator('.rows-body [role=row] a').first().waitFor();
    await page.getByRole('checkbox', { name: /^Choose (?!all)/ }).first().check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Release' }).click();
    const released = page.waitForResponse((response) => response.url().endsWith('/release') && response.ok(), { timeout: 40_000 });
    await page.getByRole('alertdialog').getByRole('button', { name: 'Release' }).click();
    await step_up_if_asked(released);
    await released;
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  },
  async 'hostile names stay text'() {
    await page.goto(`${origin}/organisations`);
    await page.getByRole('button', { name: 'Add' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill(hostile);
    const added = page.waitForResponse((response) => response.url().endsWith('/api/v1/organisations') && response.request().method() === 'POST' && response.ok());
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await step_up_if_asked(added);
    await added;
    await page.getByText(hostile).first().waitFor();
    await no_images();
    await page.goto(`${origin}/scan`);
    await page.getByLabel('Message', { exact: false }).first().fill(`From: ${hostile} <a@bank.example>\nTo: b@ministry.example\nSubject: ${hostile}\n\n${hostile}\n`);
    await page.getByRole('button', { name: 'Judge', exact: true }).click();
    await page.getByRole('heading', { name: 'Why' }).waitFor();
    await no_images();
  },
  async 'Urdu, and back'() {
    await page.goto(`${origin}/account`);
    await page.getByRole('combobox', { name: 'Language' }).or(page.getByLabel('Language')).first().selectOption('ur');
    await page.waitForFunction(() => document.documentElement.dir === 'rtl' && document.documentElement.lang === 'ur');
    await page.getByText('آپ کا اکاؤنٹ').first().waitFor();
    await page.evaluate(() => localStorage.setItem('rampart.language', 'en'));
    await page.reload();
  },
  async 'every place, screen, theme and language'() {
    const found = await look(seat, origin, folder, domain, (process.env.RAMPART_LOOK ?? '').split(',').filter(Boolean));
    writeFileSync(`${folder}/faults.txt`, found.map((line) => `${line}\n`).join(''));
    must(found.length === 0, `${found.length} faults, in ${folder}/faults.txt: ${found.slice(0, 6).join(' | ')}`);
    faults.length = 0;
  },
};

let failed = await run(first, faults);
// Without an account nothing else can be said.
if (await page.getByRole('navigation', { name: 'Places' }).isVisible()) failed += await run(factor === 'passkey' ? daily : { release: daily['release from quarantine, with the factor proven anew'] }, faults);
await browser.close();
process.exit(failed ? 1 : 0);
