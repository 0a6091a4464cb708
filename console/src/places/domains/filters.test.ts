import { describe, expect, it } from 'vitest';
import { domains_query, next_sort, read_pasted } from './filters';

const ask = (text: string) => domains_query(new URLSearchParams(text));

describe('the address', () => {
  it('becomes the question', () => {
    expect(ask('status=spoofable,unknown&grade=D&text=+bank &sort=-open_findings&sends=unsaid')).toEqual({
      limit: 200,
      status: ['spoofable', 'unknown'],
      grade: ['D', 'D+', 'D-'],
      text: 'bank',
      sort: '-open_findings',
      sends: ['unsaid'],
    });
  });
  it('drops what the API does not know', () => {
    expect(ask('status=evil&sort=;drop&organisation=../x&grade=Z')).toEqual({ limit: 200 });
  });
});

describe('sorting', () => {
  it('begins with what is looked for and turns round', () => {
    expect(next_sort(new URLSearchParams(), 'open_findings')).toBe('-open_findings');
    expect(next_sort(new URLSearchParams('sort=-open_findings'), 'open_findings')).toBe('open_findings');
    expect(next_sort(new URLSearchParams('sort=-name'), 'name')).toBeNull();
  });
});

describe('what is pasted', () => {
  it('is domains or a list', () => {
    expect(read_pasted('a.example\nb.example, c.example\n# no\n')).toEqual({
      kind: 'domains',
      domains: ['a.example', 'b.example', 'c.example'],
      count: 3,
    });
    expect(read_pasted('domain,organisation\na.example,Bank\n').kind).toBe('list');
    expect(read_pasted('organisation,"domain"\nBank,a.example\n').count).toBe(1);
  });
});
