import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { api, api_with } from '../../api/client';
import { queries, use_may, use_session } from '../../api/session';
import type { Account, EnrolmentLink, Operations } from '../../api/types';
import { languages } from '../../i18n/language';
import { Button } from '../../parts/button';
import { Choice } from '../../parts/field';
import { FilterText } from '../../parts/filter_text';
import { Sure } from '../../parts/form';
import { Empty, Loaded } from '../../parts/loaded';
import { Name, Words } from '../../parts/name';
import { OrganisationChoice } from '../../parts/organisation_choice';
import { Page } from '../../parts/page';
import { account_kinds, account_states, account_words, role_may, roles, role_words, scope_words } from '../../parts/people';
import { State } from '../../parts/state';
import { words } from '../../parts/texts';
import { Ago, Day } from '../../parts/time';
import { Total, VirtualRows, type Column } from '../../parts/virtual_rows';
import { at, Link, navigate, use_query, type Values } from '../../router/router';
import { Change, Invite, InviteMany, Leave, ShowLink } from './dialogs';
import { t } from './texts';
import '../account/account.css';

type Query = NonNullable<Operations['accounts_list']['query']>;

export default function Accounts({ values }: { values: Values }) {
  return values.id ? <One id={values.id} /> : <List />;
}

function List() {
  const [address, set] = use_query();
  const may = use_may();
  const query: Query = { limit: 100 };
  const role = roles.find((each) => each === address.get('role'));
  if (role) query.role = role;
  const state = account_states.find((each) => each === address.get('state'));
  if (state) query.state = state;
  const organisation = address.get('organisation');
  if (organisation) query.organisation = organisation;
  const text = address.get('text')?.trim();
  if (text) query.text = text;
  const list = useInfiniteQuery({
    queryKey: ['accounts', query],
    queryFn: ({ pageParam }) => api('accounts_list', { query: { ...query, after: pageParam ?? undefined } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const find = useCallback((next: string) => set({ text: next }), [set]);
  const [link, set_link] = useState<{ name: string; link: EnrolmentLink } | null>(null);
  const doing = address.get('do');
  const close = () => set({ do: null });
  return (
    <Page
      title={t.title}
      lead={t.lead}
      wide
      actions={
        may('accounts.write') && (
          <>
            <Button onPress={() => set({ do: 'invite-many' })}>{t.invite_many}</Button>
            <Button look="primary" icon="plus" onPress={() => set({ do: 'invite' })}>
              {t.invite}
            </Button>
          </>
        )
      }
    >
      <div className="filters" role="search">
        <FilterText label={t.find} value={text ?? ''} onChange={find} />
        <Choice
          inline
          label={t.role}
          value={role ?? ''}
          onChange={(next) => set({ role: next })}
          options={[{ value: '', name: words.all }, ...roles.map((each) => ({ value: each, name: role_words[each] }))]}
        />
        <Choice
          inline
          label={t.state}
          value={state ?? ''}
          onChange={(next) => set({ state: next })}
          options={[{ value: '', name: words.all }, ...account_states.map((each) => ({ value: each, name: account_words[each] }))]}
        />
        <OrganisationChoice
          inline
          label={t.scope}
          value={organisation ?? ''}
          nothing={words.all}
          onChange={(next) => set({ organisation: next })}
        />
        <Total query={list} />
      </div>
      <VirtualRows
        query={list}
        columns={columns}
        row_key={(row) => row.id}
        on_row={(row) => navigate(at`/accounts/${row.id}`)}
        label={t.title}
        empty={<Empty title={t.none} />}
      />
      {doing === 'invite' && <Invite on_close={close} on_link={(name, made) => set_link({ name, link: made })} />}
      {link && <ShowLink {...link} on_close={() => set_link(null)} />}
      {doing === 'invite-many' && <InviteMany on_close={close} />}
    </Page>
  );
}

function FactorWords({ account }: { account: Account }) {
  const { totp, webauthn } = account.factors;
  const parts = [webauthn > 0 && t.passkeys(webauthn), totp && t.app].filter(Boolean);
  return parts.length ? <>{parts.join(', ')}</> : <span className="soft">{t.factors_none}</span>;
}

const columns: readonly Column<Account>[] = [
  {
    id: 'name',
    head: t.name,
    width: 'minmax(13rem, 1.4fr)',
    cell: (row) => (
      <Link to={at`/accounts/${row.id}`}>
        <Words>{row.shown_name || row.name}</Words>
        {row.shown_name && (
          <span className="small faint">
            {' '}
            <Name>{row.name}</Name>
          </span>
        )}
      </Link>
    ),
  },
  { id: 'role', head: t.role, width: '8rem', cell: (row) => role_words[row.role] },
  {
    id: 'scope',
    head: t.scope,
    width: 'minmax(9rem, 1fr)',
    from: 'middle',
    cell: (row) => (
      <span className="one-line">
        <Words>{scope_words(row.scope)}</Words>
      </span>
    ),
  },
  { id: 'state', head: t.state, width: '9rem', cell: (row) => <State kind={account_kinds[row.state]}>{account_words[row.state]}</State> },
  { id: 'factors', head: t.factors, width: 'minmax(8rem, 0.8fr)', from: 'middle', cell: (row) => <FactorWords account={row} /> },
  {
    id: 'last',
    head: t.last,
    width: '7rem',
    end: true,
    from: 'middle',
    cell: (row) => <span className="soft">{row.last_sign_in ? <Ago time={row.last_sign_in} /> : t.never}</span>,
  },
];

function One({ id }: { id: string }) {
  const may = use_may();
  const session = use_session();
  const [doing, set_doing] = useState<'change' | 'leave' | null>(null);
  const [link, set_link] = useState<EnrolmentLink | null>(null);
  const query = useQuery({ queryKey: ['accounts', 'one', id], queryFn: () => api_with('accounts_read', { path: { id } }) });
  const account = query.data?.data;
  const etag = query.data?.etag ?? null;
  const again = () => queries.invalidateQueries({ queryKey: ['accounts'] });
  const own = session.account?.id === id;
  return (
    <Page
      title={account?.name ?? t.title}
      heading={<Words>{account?.shown_name || account?.name || ''}</Words>}
      crumbs={[{ to: '/accounts', name: t.title }]}
      lead={account && <Name>{account.name}</Name>}
      actions={
        account &&
        may('accounts.write') &&
        account.state !== 'left' && (
          <>
            <Button onPress={() => set_doing('change')}>{t.change}</Button>
            {!own && (
              <Button look="danger" onPress={() => set_doing('leave')}>
                {t.leave}
              </Button>
            )}
          </>
        )
      }
    >
      <Loaded query={query}>
        {({ data }) => (
          <>
            <dl className="facts">
              <dt>{t.state}</dt>
              <dd>
                <State kind={account_kinds[data.state]}>{account_words[data.state]}</State>
                {data.link_expires && (
                  <span className="soft">
                    {' '}
                    {t.link_open} <Ago time={data.link_expires} />
                  </span>
                )}
              </dd>
              <dt>{t.role}</dt>
              <dd>
                {role_words[data.role]} <span className="soft">({role_may[data.role]})</span>
              </dd>
              <dt>{t.scope}</dt>
              <dd>
                <Words>{scope_words(data.scope)}</Words>
              </dd>
              <dt>{t.factors}</dt>
              <dd>
                <FactorWords account={data} /> <span className="soft">{t.codes(data.factors.recovery_codes_left)}</span>
              </dd>
              <dt>{t.language}</dt>
              <dd>{languages.find((each) => each.code === data.language)?.name}</dd>
              <dt>{t.created}</dt>
              <dd>
                <Day time={data.created} />
              </dd>
              <dt>{t.last}</dt>
              <dd>{data.last_sign_in ? <Ago time={data.last_sign_in} /> : t.never}</dd>
            </dl>
            <div className="row account-acts">
              {may('audit-log.read') && (
                <Link to={`/audit-log?account=${encodeURIComponent(data.id)}`} className="button">
                  {t.log}
                </Link>
              )}
              {may('accounts.write') && data.state !== 'left' && !own && (
                <>
                  <Sure name={t.end_sessions} sure={t.end_sure} act={() => api('accounts_end_sessions', { path: { id } })} />
                  <Sure name={t.reset} sure={t.reset_sure} act={async () => set_link(await api('accounts_reset', { path: { id } }))} />
                  {data.state === 'disabled' ? (
                    <Button
                      onPress={() => void api('accounts_change', { path: { id }, if_match: etag, body: { disabled: false } }).then(again)}
                    >
                      {t.enable}
                    </Button>
                  ) : (
                    <Sure
                      name={t.disable}
                      sure={t.disable_sure}
                      act={async () => {
                        await api('accounts_change', { path: { id }, if_match: etag, body: { disabled: true } });
                        await again();
                      }}
                    />
                  )}
                </>
              )}
            </div>
          </>
        )}
      </Loaded>
      {doing === 'change' && account && <Change account={account} etag={etag} on_close={() => set_doing(null)} />}
      {doing === 'leave' && account && (
        <Leave account={account} etag={etag} on_close={() => set_doing(null)} on_gone={() => navigate('/accounts')} />
      )}
      {link && account && (
        <ShowLink
          name={account.name}
          link={link}
          on_close={() => {
            set_link(null);
            void again();
          }}
        />
      )}
    </Page>
  );
}
