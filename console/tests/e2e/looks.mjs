// Every place as people with other screens, themes and languages see it: a screenshot, and what a machine can see in it.
import { mkdirSync } from 'node:fs';
import { axe, english_sentences } from './browser.mjs';

export const places = [
  ['overview', '/'],
  ['domains', '/domains'],
  ['domains-filtered', '/domains?status=spoofable&sort=-open_findings'],
  ['domain', '/domains/DOMAIN'],
  ['domain-senders', '/domains/DOMAIN/senders'],
  ['domain-keys', '/domains/DOMAIN/keys'],
  ['domain-history', '/domains/DOMAIN/history'],
  ['domain-facts', '/domains/DOMAIN/facts'],
  ['senders', '/senders'],
  ['mail', '/mail'],
  ['scan', '/scan'],
  ['quarantine', '/quarantine'],
  ['advice', '/advice'],
  ['advice-domain', '/advice/DOMAIN'],
  ['organisations', '/organisations'],
  ['accounts', '/accounts'],
  ['account', '/account'],
  ['tokens', '/tokens'],
  ['audit-log', '/audit-log'],
  ['settings', '/settings'],
  ['settings-reports', '/settings/reports'],
  ['settings-lists', '/settings/lists'],
  ['settings-system', '/settings/system'],
  ['nowhere', '/there/is/no/such/page'],
];

// Runs in the page.
function seen_by_machine(english) {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) faults.push(`${root.scrollWidth - root.clientWidth} px wider than the screen`);
  const name = (element) => `<${element.localName}> ${(element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40)}`;
  // Two things to press must not lie on each other. Drawers and sticky heads lie over what scrolls, by intent.
  const over = (element) => {
    for (let each = element; each; each = each.parentElement) if (['fixed', 'sticky'].includes(getComputedStyle(each).position)) return true;
    return false;
  };
  const pressed = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(
    (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !over(element) && !element.closest('.visually-hidden, [aria-hidden=true]'),
  );
  const boxes = pressed.map((element) => [...element.getClientRects()].filter((box) => box.width > 4 && box.height > 4));
  for (let i = 0; i < pressed.length; i++) {
    for (let k = i + 1; k < pressed.length; k++) {
      if (pressed[i].contains(pressed[k]) || pressed[k].contains(pressed[i])) continue;
      const lie = boxes[i].some((a) =>
        boxes[k].some((b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3),
      );
      if (lie) faults.push(`overlap: ${name(pressed[i])} and ${name(pressed[k])}`);
    }
  }
  if (root.lang === 'ur') {
    if (root.dir !== 'rtl') faults.push(`dir is ${root.dir}`);
    const known = new Set(english);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const said = new Set();
    // What a stranger or a standard named stands in an element that turns to the left.
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.checkVisibility() && !node.parentElement.closest('bdi, code, pre, [dir=ltr], [dir=auto]')) said.add(node.textContent.trim());
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title]'))
      for (const attribute of ['aria-label', 'placeholder', 'title']) said.add(element.getAttribute(attribute)?.trim() ?? '');
    for (const text of said) if (known.has(text)) faults.push(`English in Urdu: ${text}`);
  }
  return faults;
}

async function serious(page, session) {
  await session.send('Runtime.evaluate', { expression: axe });
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], iframes: false }),
  );
  return violations
    .filter((each) => ['serious', 'critical'].includes(each.impact))
    .map((each) => `axe ${each.id}: ${each.nodes.slice(0, 2).map((node) => node.html.slice(0, 160)).join(' ~ ')}`);
}

// Looks with `page`, which is signed in. `wanted` names places, none: all. What was seen, one line a fault.
export async function look({ page, faults }, origin, folder, domain, wanted = []) {
  mkdirSync(folder, { recursive: true });
  const english = english_sentences();
  const found = [];
  const session = await page.context().newCDPSession(page);
  for (const language of ['en', 'ur']) {
    await page.evaluate((spoken) => localStorage.setItem('rampart.language', spoken), language);
    for (const [name, path] of places) {
      if (wanted.length && !wanted.includes(name)) continue;
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      faults.length = 0;
      await page.goto(origin + path.replace('DOMAIN', domain));
      await page.locator('main h1').first().waitFor();
      await page.waitForFunction(() => !document.querySelector('main .skeleton'), undefined, { timeout: 20_000 }).catch(() => found.push(`${name}-${language}: still loading after 20 s`));
      await page.evaluate(() => document.fonts.ready);
      for (const width of [1280, 360]) {
        for (const theme of ['light', 'dark']) {
          const shot = `${name}-${width}-${theme}-${language}`;
          await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
          await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
          await page.waitForTimeout(250);
          await page.screenshot({ path: `${folder}/${shot}.png` });
          const seen = await page.evaluate(seen_by_machine, english);
          if (width === 1280 || theme === 'light') seen.push(...(await serious(page, session)));
          for (const fault of new Set(seen)) found.push(`${shot}: ${fault}`);
        }
      }
      for (const fault of new Set(faults)) found.push(`${name}-${language}: ${fault}`);
    }
  }
  await page.evaluate(() => localStorage.setItem('rampart.language', 'en'));
  return found;
}
