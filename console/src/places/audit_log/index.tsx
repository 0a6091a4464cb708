import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { api } from '../../api/client';
import type { LogRow, Operations } from '../../api/types';
import { exact, number } from '../../i18n/format';
import { texts } from '../../i18n/texts';
import { Button } from '../../parts/button';
import { Copy } from '../../parts/copy';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Empty, Failed } from '../../parts/loaded';
import { Code, Name, Words } from '../../parts/name';
import { Page } from '../../parts/page';
import { State, type Kind } from '../../parts/state';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { use_query } from '../../router/router';

const t = texts({
  title: { en: 'Audit log', ur: 'آڈٹ لاگ' },
  lead: {
    en: 'Every administrative act, each row chained to the one before it by its hash.',
    ur: 'ہر انتظامی عمل، ہر سطر اپنے hash سے پچھلی سے جڑی۔',
  },
  verify: { en: 'Verify the chain', ur: 'زنجیر کی تصدیق' },
  verifying: { en: 'Reading every row', ur: 'ہر سطر پڑھی جا رہی ہے' },
  holds: {
    en: (rows: number, heads: number) => `The chain holds: ${number(rows)} rows, ${number(heads)} signed heads.`,
    ur: (rows: number, heads: number) => `زنجیر قائم ہے: ${number(rows)} سطریں، ${number(heads)} دستخط شدہ سرے۔`,
  },
  broken: {
    en: (row: number, what: string) => `Row ${number(row)}: ${what}.`,
    ur: (row: number, what: string) => `سطر ${number(row)}: ${what}۔`,
  },
  altered: { en: 'it was altered', ur: 'بدلی گئی' },
  missing: { en: 'it is missing', ur: 'غائب ہے' },
  reordered: { en: 'it stands elsewhere than it was written', ur: 'اپنی جگہ پر نہیں' },
  cut: { en: 'rows were cut off behind it', ur: 'اس کے بعد کی سطریں کاٹی گئیں' },
  rewritten: { en: 'it was written anew from here', ur: 'یہاں سے دوبارہ لکھی گئی' },
  head: { en: 'a signed head does not fit', ur: 'دستخط شدہ سرا میل نہیں کھاتا' },
  head_copy: { en: 'Copy the signed head', ur: 'دستخط شدہ سرا نقل کریں' },
  head_lead: {
    en: 'Kept elsewhere, it proves later that nothing was cut off:',
    ur: 'کہیں اور رکھیں تو بعد میں ثابت ہوتا ہے کہ کچھ نہیں کاٹا گیا:',
  },
  act: { en: 'Act', ur: 'عمل' },
  who: { en: 'Who', ur: 'کس نے' },
  object: { en: 'On what', ur: 'کس پر' },
  when: { en: 'When', ur: 'کب' },
  outcome: { en: 'Outcome', ur: 'نتیجہ' },
  details: { en: 'Details', ur: 'تفصیل' },
  by: { en: 'From', ur: 'از' },
  done: { en: 'done', ur: 'ہوا' },
  refused: { en: 'refused', ur: 'رد' },
  failed: { en: 'failed', ur: 'ناکام' },
  itself: { en: 'Rampart itself', ur: 'خود Rampart' },
  stranger: { en: 'a stranger', ur: 'اجنبی' },
  none: { en: 'No row fits these filters.', ur: 'ان شرائط پر کوئی سطر نہیں۔' },
  account: { en: (id: string) => `Account ${id}`, ur: (id: string) => `اکاؤنٹ ${id}` },
});

type Query = NonNullable<Operations['audit_log_list']['query']>;
const outcomes = ['done', 'refused', 'failed'] as const;
const kinds: Record<LogRow['outcome'], Kind> = { done: 'good', refused: 'warn', failed: 'bad' };

export default function AuditLog() {
  const [address, set] = use_query();
  const query: Query = { limit: 100 };
  for (const name of ['account', 'act', 'object', 'organisation', 'from', 'to'] as const) {
    const value = address.get(name)?.trim();
    if (value) query[name] = value;
  }
  const outcome = outcomes.find((each) => each === address.get('outcome'));
  if (outcome) query.outcome = outcome;
  const list = useInfiniteQuery({
    queryKey: ['audit-log', query],
    queryFn: ({ pageParam }) => api('audit_log_list', { query: { ...query, after: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const act = useCallback((text: string) => set({ act: text }), [set]);
  const object = useCallback((text: string) => set({ object: text }), [set]);
  return (
    <Page title={t.title} lead={t.lead} wide actions={<Proof />}>
      <div className="filters" role="search">
        <FilterText label={t.act} value={query.act ?? ''} onChange={act} />
        <FilterText label={t.object} value={query.object ?? ''} onChange={object} />
        <Choice
          inline
          label={t.outcome}
          value={outcome ?? ''}
          onChange={(next) => set({ outcome: next })}
          options={[{ value: '', name: words.all }, ...outcomes.map((each) => ({ value: each, name: t[each] }))]}
        />
        {query.account && (
          <Button icon="close" onPress={() => set({ account: null })}>
            {t.account(query.account)}
          </Button>
        )}
        <Total query={list} />
      </div>
      <VirtualRows query={list} columns={columns} row_key={(row) => String(row.number)} label={t.title} empty={<Empty title={t.none} />} />
    </Page>
  );
}

function Proof() {
  const [asked, set_asked] = useState(false);
  const verified = useQuery({ queryKey: ['audit-log', 'verify'], queryFn: () => api('audit_log_verify'), enabled: asked, staleTime: 0 });
  const head = useQuery({ queryKey: ['audit-log', 'head'], queryFn: () => api('audit_log_head') });
  const bad = verified.data?.first_bad;
  return (
    <div className="row">
      {verified.isError && <Failed error={verified.error} />}
      {verified.data &&
        (verified.data.holds || !bad ? (
          <State kind="good">{t.holds(verified.data.rows, verified.data.heads)}</State>
        ) : (
          <State kind="bad">
            {t.broken(bad.number, t[bad.what])} <Words>{bad.detail}</Words>
          </State>
        ))}
      <Button
        isPending={verified.isFetching}
        onPress={() => {
          if (asked) void verified.refetch();
          else set_asked(true);
        }}
      >
        {verified.isFetching ? t.verifying : t.verify}
      </Button>
      {head.data?.head && (
        <span title={`${t.head_lead} rampart audit-log verify --against`}>
          <Copy text={head.data.head.line} label={t.head_copy} />
        </span>
      )}
    </div>
  );
}

const columns: readonly Column<LogRow>[] = [
  { id: 'number', head: '#', width: '4rem', end: true, from: 'middle', cell: (row) => <span className="faint">{number(row.number)}</span> },
  {
    id: 'when',
    head: t.when,
    width: '6.5rem',
    cell: (row) => (
      <span className="nowrap soft" title={exact(row.at)}>
        <Ago time={row.at} />
      </span>
    ),
  },
  {
    id: 'who',
    head: t.who,
    width: 'minmax(10rem, 1fr)',
    cell: (row) => (
      <span className="one-line">
        <Name>{row.name || row.account || (row.by === 'system' ? t.itself : t.stranger)}</Name>
      </span>
    ),
  },
  { id: 'act', head: t.act, width: 'minmax(9rem, 0.9fr)', cell: (row) => <Code>{row.act}</Code> },
  {
    id: 'object',
    head: t.object,
    width: 'minmax(9rem, 1fr)',
    from: 'middle',
    cell: (row) => (
      <span className="one-line">
        <Name>{row.object}</Name>
      </span>
    ),
  },
  { id: 'outcome', head: t.outcome, width: '6.5rem', cell: (row) => <State kind={kinds[row.outcome]}>{t[row.outcome]}</State> },
  {
    id: 'details',
    head: t.details,
    width: 'minmax(10rem, 1.2fr)',
    from: 'wide',
    cell: (row) => {
      const text = JSON.stringify(row.details ?? {}).replace(/^\{\}$/, '');
      return (
        <span className="one-line small soft" title={text}>
          <Name>{text}</Name>
        </span>
      );
    },
  },
  {
    id: 'by',
    head: t.by,
    width: '8rem',
    from: 'wide',
    cell: (row) => (
      <span className="small soft">
        {row.by} <Name>{row.address}</Name>
      </span>
    ),
  },
];
