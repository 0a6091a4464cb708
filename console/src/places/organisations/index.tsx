import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, api_with } from '../../api/client';
import { queries, use_may } from '../../api/session';
import type { Language, Organisation } from '../../api/types';
import { number } from '../../i18n/format';
import { languages } from '../../i18n/language';
import { texts } from '../../i18n/texts';
import { Button } from '../../parts/button';
import { Choice, Field } from '../../parts/field';
import { FormDialog, Sure } from '../../parts/form';
import { Empty, Loaded } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { Page } from '../../parts/page';
import { State } from '../../parts/state';
import { status_kinds, status_words } from '../../parts/status';
import { words } from '../../parts/texts';
import { Ago } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link, navigate, type Values } from '../../router/router';

const t = texts({
  title: { en: 'Organisations', ur: 'ادارے' },
  lead: {
    en: 'Whose domains are whose: accounts see and do only what belongs to their organisations.',
    ur: 'کون سا ڈومین کس کا ہے: اکاؤنٹ صرف اپنے اداروں کا دیکھتے اور کرتے ہیں۔',
  },
  add: { en: 'Add organisation', ur: 'ادارہ شامل کریں' },
  change: { en: 'Change', ur: 'تبدیل کریں' },
  name: { en: 'Name', ur: 'نام' },
  sector: { en: 'Sector', ur: 'شعبہ' },
  contact: { en: 'Contact', ur: 'رابطہ' },
  language: { en: 'Language of its mail', ur: 'اس کی ڈاک کی زبان' },
  domains: { en: 'Domains', ur: 'ڈومین' },
  changed: { en: 'Changed', ur: 'تبدیل' },
  of: {
    en: (part: number, all: number) => `${number(part)} of ${number(all)}`,
    ur: (part: number, all: number) => `${number(all)} میں سے ${number(part)}`,
  },
  none: { en: 'There is no organisation yet.', ur: 'ابھی کوئی ادارہ نہیں۔' },
  none_lead: {
    en: 'Without any, every account sees every domain. Add one for each owner of domains.',
    ur: 'اس کے بغیر ہر اکاؤنٹ ہر ڈومین دیکھتا ہے۔ ڈومین کے ہر مالک کے لیے ایک شامل کریں۔',
  },
  remove: { en: 'Remove', ur: 'ہٹائیں' },
  remove_sure: { en: 'Press again to remove it', ur: 'ہٹانے کو دوبارہ دبائیں' },
  see_domains: { en: 'Its domains', ur: 'اس کے ڈومین' },
  see_accounts: { en: 'Its accounts', ur: 'اس کے اکاؤنٹ' },
});

export default function Organisations({ values }: { values: Values }) {
  return values.id ? <One id={values.id} /> : <List />;
}

function List() {
  const may = use_may();
  const [adding, set_adding] = useState(false);
  const list = useInfiniteQuery({
    queryKey: ['organisations', 'list'],
    queryFn: ({ pageParam }) => api('organisations_list', { query: { limit: 100, after: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        may('organisations.write') && (
          <Button look="primary" icon="plus" onPress={() => set_adding(true)}>
            {t.add}
          </Button>
        )
      }
    >
      <div className="filters">
        <Total query={list} />
      </div>
      <VirtualRows
        query={list}
        columns={columns}
        row_key={(row) => row.id}
        on_row={(row) => navigate(at`/organisations/${row.id}`)}
        label={t.title}
        empty={
          <Empty title={t.none}>
            <p>{t.none_lead}</p>
          </Empty>
        }
      />
      {adding && <Edit organisation={null} etag={null} on_close={() => set_adding(false)} />}
    </Page>
  );
}

const columns: readonly Column<Organisation>[] = [
  {
    id: 'name',
    head: t.name,
    width: 'minmax(12rem, 1.5fr)',
    cell: (row) => (
      <Link to={at`/organisations/${row.id}`} className="strong">
        <Words>{row.name}</Words>
      </Link>
    ),
  },
  {
    id: 'spoofable',
    head: status_words.spoofable,
    width: 'minmax(8rem, 1fr)',
    cell: (row) => (
      <State kind={row.domains.spoofable > 0 ? 'bad' : row.domains.total > 0 ? 'good' : 'plain'}>
        {t.of(row.domains.spoofable, row.domains.total)}
      </State>
    ),
  },
  {
    id: 'protected',
    head: status_words.protected,
    width: 'minmax(8rem, 1fr)',
    from: 'middle',
    cell: (row) => t.of(row.domains.protected, row.domains.total),
  },
  { id: 'sector', head: t.sector, width: 'minmax(7rem, 1fr)', from: 'middle', cell: (row) => <Words>{row.sector}</Words> },
  { id: 'contact', head: t.contact, width: 'minmax(10rem, 1fr)', from: 'wide', cell: (row) => <Name>{row.contact}</Name> },
];

function One({ id }: { id: string }) {
  const may = use_may();
  const [editing, set_editing] = useState(false);
  const query = useQuery({ queryKey: ['organisations', 'one', id], queryFn: () => api_with('organisations_read', { path: { id } }) });
  const data = query.data?.data;
  return (
    <Page
      title={data?.name ?? t.title}
      heading={<Words>{data?.name ?? ''}</Words>}
      crumbs={[{ to: '/organisations', name: t.title }]}
      actions={
        data && (
          <>
            <Link className="button" to={`/domains?organisation=${encodeURIComponent(id)}`}>
              {t.see_domains}
            </Link>
            {may('accounts.read') && (
              <Link className="button" to={`/accounts?organisation=${encodeURIComponent(id)}`}>
                {t.see_accounts}
              </Link>
            )}
            {may('organisations.write') && (
              <>
                <Button onPress={() => set_editing(true)}>{t.change}</Button>
                <Sure
                  name={t.remove}
                  sure={t.remove_sure}
                  act={async () => {
                    await api('organisations_remove', { path: { id }, if_match: query.data?.etag ?? null });
                    await queries.invalidateQueries({ queryKey: ['organisations'] });
                    navigate('/organisations');
                  }}
                />
              </>
            )}
          </>
        )
      }
    >
      <Loaded query={query}>
        {({ data: organisation, etag }) => (
          <>
            <dl className="facts">
              <dt>{t.domains}</dt>
              <dd className="row">
                {(['spoofable', 'partly-protected', 'protected', 'unknown'] as const).map((status) => (
                  <Link key={status} to={`/domains?organisation=${encodeURIComponent(id)}&status=${status}`}>
                    <State kind={status_kinds[status]}>
                      {status_words[status]} {number(organisation.domains[status === 'partly-protected' ? 'partly_protected' : status])}
                    </State>
                  </Link>
                ))}
              </dd>
              <dt>{t.sector}</dt>
              <dd>
                <Words>{organisation.sector || '–'}</Words>
              </dd>
              <dt>{t.contact}</dt>
              <dd>
                <Name>{organisation.contact || '–'}</Name>
              </dd>
              <dt>{t.language}</dt>
              <dd>{languages.find((each) => each.code === organisation.language)?.name}</dd>
              <dt>{t.changed}</dt>
              <dd>
                <Ago time={organisation.changed} />
              </dd>
            </dl>
            {editing && <Edit organisation={organisation} etag={etag} on_close={() => set_editing(false)} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Edit({ organisation, etag, on_close }: { organisation: Organisation | null; etag: string | null; on_close: () => void }) {
  const [name, set_name] = useState(organisation?.name ?? '');
  const [sector, set_sector] = useState(organisation?.sector ?? '');
  const [contact, set_contact] = useState(organisation?.contact ?? '');
  const [language, set_language] = useState<Language>(organisation?.language ?? 'en');
  return (
    <FormDialog
      title={organisation ? t.change : t.add}
      submit={words.save}
      ready={name.trim() !== ''}
      on_close={on_close}
      on_submit={async () => {
        const body = { name: name.trim(), sector: sector.trim(), contact: contact.trim(), language };
        if (organisation) await api('organisations_change', { path: { id: organisation.id }, if_match: etag, body });
        else await api('organisations_add', { body });
        await queries.invalidateQueries({ queryKey: ['organisations'] });
      }}
    >
      <Field label={t.name} value={name} onChange={set_name} isRequired autoFocus />
      <Field label={t.sector} value={sector} onChange={set_sector} />
      <Field label={t.contact} value={contact} onChange={set_contact} type="email" ltr />
      <Choice
        label={t.language}
        value={language}
        onChange={(next) => set_language(next as Language)}
        options={languages.map((each) => ({ value: each.code, name: each.name }))}
      />
    </FormDialog>
  );
}
