// Numbers and times as people read them. Digits stay Latin in Urdu too: they stand beside addresses and records.
import { locale, language } from './language';

const latin = `${locale}-u-nu-latn`;
const plain = new Intl.NumberFormat(latin);
const compact_format = new Intl.NumberFormat(latin, { notation: 'compact', maximumFractionDigits: 1 });
const percent_format = new Intl.NumberFormat(latin, { style: 'percent', maximumFractionDigits: 1 });
const exact_format = new Intl.DateTimeFormat(latin, {
  dateStyle: 'full',
  timeStyle: 'long',
});
const day_format = new Intl.DateTimeFormat(latin, { day: 'numeric', month: 'short', year: 'numeric' });
const short_day_format = new Intl.DateTimeFormat(latin, { day: 'numeric', month: 'short' });
const clock_format = new Intl.DateTimeFormat(latin, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const seconds_format = new Intl.DateTimeFormat(latin, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const ago_format = new Intl.RelativeTimeFormat(latin, { numeric: 'auto', style: language === 'ur' ? 'long' : 'short' });

export const number = (n: number) => plain.format(n);
export const compact = (n: number) => (Math.abs(n) < 10_000 ? plain.format(n) : compact_format.format(n));
export const percent = (part: number) => percent_format.format(part);
export const exact = (time: string | number) => exact_format.format(new Date(time));
export const day = (time: string | number) => day_format.format(new Date(time));
export const short_day = (time: string | number) => short_day_format.format(new Date(time));
export const clock = (time: string | number) => clock_format.format(new Date(time));
export const clock_seconds = (time: string | number) => seconds_format.format(new Date(time));

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
];

// "3 min ago", "in 2 days"; seconds below 45 are "now", as nobody acts on them.
export function ago(time: string | number, now: number = Date.now()): string {
  let left = (new Date(time).getTime() - now) / 1000;
  if (Number.isNaN(left)) return '';
  if (Math.abs(left) < 45) return ago_format.format(0, 'second');
  for (const [unit, size] of steps) {
    if (Math.abs(left) < size) return ago_format.format(Math.round(left), unit);
    left /= size;
  }
  return '';
}

export function bytes(n: number): string {
  if (n < 1024) return `${number(n)} B`;
  if (n < 1024 * 1024) return `${number(Math.round(n / 102.4) / 10)} KiB`;
  return `${number(Math.round(n / 104857.6) / 10)} MiB`;
}

export function duration(seconds: number): string {
  const unit = seconds < 90 ? 'second' : seconds < 5400 ? 'minute' : seconds < 172800 ? 'hour' : 'day';
  const size = { second: 1, minute: 60, hour: 3600, day: 86400 }[unit];
  return new Intl.NumberFormat(latin, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(seconds / size));
}
