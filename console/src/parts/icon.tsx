// Our own small set, 16 × 16, drawn with one line. They stand beside words, so they are hidden from readers of the page.
const paths = {
  overview: 'M2.5 8.5 8 3l5.5 5.5M4 7.5V13h8V7.5M6.75 13V9.75h2.5V13',
  domains: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM2 8h12M8 2c2 1.6 2.6 3.7 2.6 6S10 12.400 8 14C6 12.400 5.400 10.300 5.400 8S6 3.600 8 2Z',
  senders: 'M14 2 7 9M14 2 9.500 14 7 9 2 6.500 14 2Z',
  live: 'M1.500 8h3L6.500 3l3 10L11.500 8h3',
  quarantine: 'M2 3.500h12v3H2zM3 6.500V13h10V6.500M6.500 9h3',
  advice: 'M3 14V2M3 4h8l2 2-2 2H3M3 8h6',
  organisations: 'M2 14V4.500L8 2v12M8 6.500l6 2V14M1 14h14M4.500 6.500v0M4.500 9v0M4.500 11.500v0M11 10.500v0',
  accounts: 'M8 8.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.500 14c.5-2.500 2.800-3.800 5.500-3.800s5 1.300 5.500 3.800',
  settings: 'M2 4.500h7M12 4.500h2M2 11.500h2M7 11.500h7M10.500 3v3M5.500 10v3',
  log: 'M3.500 2h9v12h-9zM6 5h4M6 8h4M6 11h2.500',
  token: 'M10 6a3.500 3.500 0 1 0-2.300 3.300L9 10.500h1.500V12H12v1.500h2V11l-4.300-4.300c.2-.2.3-.5.3-.7ZM5.500 5.500v0',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.700 10.700 14 14',
  right: 'm6 3 5 5-5 5',
  left: 'M10 3 5 8l5 5',
  down: 'm3 6 5 5 5-5',
  up: 'm3 10 5-5 5 5',
  close: 'm3.500 3.500 9 9M12.500 3.500l-9 9',
  check: 'm3 8.500 3.500 3.500L13 4.500',
  copy: 'M5.500 5.500h8v8h-8zM3.500 10.500h-1v-8h8v1',
  pause: 'M5.500 3v10M10.500 3v10',
  play: 'M4.500 2.500v11L13 8 4.500 2.500Z',
  menu: 'M2 4h12M2 8h12M2 12h12',
  more: 'M3 8v0M8 8v0M13 8v0',
  out: 'M9.500 2.500h4v4M13.500 2.500 7.500 8.500M11.500 9v4.500h-9v-9H7',
  down_to: 'M8 2v8M4.500 7 8 10.500 11.500 7M2.500 13.500h11',
  print: 'M4.500 6V2h7v4M4.500 12h-2V6h11v6h-2M4.500 9.500h7V14h-7z',
  plus: 'M8 2.500v11M2.500 8h11',
  key: 'M10.500 9.500a4 4 0 1 0-3.700-2.500L2 11.800V14h2.200v-1.700h1.700v-1.600L7.500 9.200c.9.3 2 .3 3 .3ZM11 5.500v0',
  phone: 'M4.500 1.500h7v13h-7zM7 12h2',
  wait: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.500V8l2.500 1.500',
  rail: 'M2 3h12v10H2zM6 3v10',
  person: 'M8 8.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.500 14c.5-2.500 2.800-3.800 5.500-3.800s5 1.300 5.500 3.800',
} as const;

export type IconName = keyof typeof paths;

// Icons that point along the line of reading are turned in Urdu.
const turned: ReadonlySet<IconName> = new Set(['right', 'left', 'senders', 'advice', 'rail', 'play']);

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      className={turned.has(name) ? 'icon icon-turned' : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
