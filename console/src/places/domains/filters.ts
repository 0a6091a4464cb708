// The address of the list and what it asks of the API. What the API does not know is dropped, so that an old link still opens.
import type { Operations, Status } from '../../api/types';

export type DomainsQuery = NonNullable<Operations['domains_list']['query']>;

const statuses: readonly Status[] = ['spoofable', 'partly-protected', 'protected', 'unknown'];
const sends = ['yes', 'no', 'unsaid'] as const;
export const sorts = ['name', 'grade', 'status', 'last_audit', 'open_findings'] as const;
export type Sort = (typeof sorts)[number];
export const grade_families = ['A', 'B', 'C', 'D', 'F'] as const;

const with_signs = (family: string): string[] => (family === 'F' ? ['F'] : [family, `${family}+`, `${family}-`]);

export function domains_query(address: URLSearchParams): DomainsQuery {
  const query: DomainsQuery = { limit: 200 };
  const text = address.get('text')?.trim();
  if (text) query.text = text.slice(0, 200);
  const status = statuses.filter((each) => address.get('status')?.split(',').includes(each));
  if (status.length) query.status = status;
  const grades = grade_families.filter((each) => address.get('grade')?.split(',').includes(each));
  if (grades.length) query.grade = grades.flatMap(with_signs);
  const organisation = address.get('organisation');
  if (organisation && /^[A-Za-z0-9_-]{1,64}$/.test(organisation)) query.organisation = organisation;
  const finding = address.get('finding');
  if (finding) query.finding = finding;
  const said = sends.filter((each) => each === address.get('sends'));
  if (said.length) query.sends = said;
  const sort = sort_of(address);
  if (sort.by !== 'name' || sort.down) query.sort = `${sort.down ? '-' : ''}${sort.by}` as NonNullable<DomainsQuery['sort']>;
  return query;
}

export function sort_of(address: URLSearchParams): { by: Sort; down: boolean } {
  const given = address.get('sort') ?? 'name';
  const by = sorts.find((each) => each === given.replace(/^-/, '')) ?? 'name';
  return { by, down: given.startsWith('-') };
}

// A press on a column's head: that column; once more: the other way round. Counts and times begin with the greatest.
export function next_sort(address: URLSearchParams, by: Sort): string | null {
  const now = sort_of(address);
  const first_down = by === 'open_findings' || by === 'last_audit';
  const down = now.by === by ? !now.down : first_down;
  return by === 'name' && !down ? null : `${down ? '-' : ''}${by}`;
}

export function is_filtered(address: URLSearchParams): boolean {
  return ['text', 'status', 'grade', 'organisation', 'finding', 'sends'].some((name) => address.get(name));
}

// What was pasted: a CSV list when its first line has a comma or names a column, else domains, one a line, spaces or commas between.
export function read_pasted(
  text: string,
): { kind: 'list'; csv: string; count: number } | { kind: 'domains'; domains: string[]; count: number } {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const head = lines[0]?.toLowerCase() ?? '';
  if (/(^|,)\s*"?domain"?\s*(,|$)/.test(head)) return { kind: 'list', csv: text, count: Math.max(0, lines.length - 1) };
  const domains = lines.flatMap((line) => line.split(/[\s,;]+/)).filter(Boolean);
  return { kind: 'domains', domains, count: domains.length };
}
