import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client';
import type { DomainKey } from '../../api/types';
import { Empty, Loaded } from '../../parts/loaded';
import { Code, Name } from '../../parts/name';
import { Scroll } from '../../parts/page';
import { State } from '../../parts/state';
import { Ago, Day } from '../../parts/time';
import { t } from './texts';
import { tabs } from './texts_tabs';

const weakest_rsa = 2048; // RFC 8301 section 3.2 wants at least 1024 and recommends 2048.

function KeyState({ item }: { item: DomainKey }) {
  if (item.revoked || item.ours === 'revoked') return <State kind="plain">{tabs.key_revoked}</State>;
  if (item.algorithm === 'rsa' && item.bits < weakest_rsa) return <State kind={item.bits < 1024 ? 'bad' : 'warn'}>{tabs.key_weak}</State>;
  if (item.ours === 'active') return <State kind="good">{tabs.key_active}</State>;
  if (item.ours === 'next') return <State kind="plain">{tabs.key_next}</State>;
  if (item.ours === 'retiring') return <State kind="plain">{tabs.key_retiring}</State>;
  return <State kind="good">{tabs.key_in_dns}</State>;
}

export function Keys({ domain }: { domain: string }) {
  const keys = useQuery({ queryKey: ['domain', domain, 'keys'], queryFn: () => api('domains_keys', { path: { domain } }) });
  return (
    <Loaded query={keys}>
      {(data) => (
        <>
          {data.items.length === 0 ? (
            <Empty title={tabs.keys_none} />
          ) : (
            <Scroll label={t.keys}>
              <table className="table">
                <thead>
                  <tr>
                    <th>{tabs.key_selector}</th>
                    <th>{tabs.key_kind}</th>
                    <th>{tabs.key_state}</th>
                    <th>{tabs.key_seen}</th>
                    <th>{tabs.key_due}</th>
                    <th>{tabs.key_record}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.items.map((item) => (
                    <tr key={item.selector + (item.fingerprint ?? item.record)}>
                      <td>
                        <Name strong>{item.selector}</Name>
                      </td>
                      <td className="nowrap">
                        <bdi dir="ltr">
                          {item.algorithm} {item.bits}
                        </bdi>
                      </td>
                      <td className="nowrap">
                        <KeyState item={item} />
                      </td>
                      <td className="nowrap">
                        <Ago time={item.first_seen} />
                      </td>
                      <td className="nowrap">
                        <Day time={item.due} />
                      </td>
                      <td className="record-cell">
                        <Code>{item.record}</Code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )}
          <p className="soft">{tabs.keys_tried(data.selectors_tried, data.proven_absent)}</p>
        </>
      )}
    </Loaded>
  );
}
