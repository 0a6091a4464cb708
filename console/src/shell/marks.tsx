// What every administrator has to see, on every page: an account was recovered on the host.
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { queries, use_may } from '../api/session';
import { Button } from '../parts/button';
import { Words } from '../parts/name';
import { words } from '../parts/texts';
import { Ago } from '../parts/time';
import { Link } from '../router/router';
import { t } from './texts';

// What one has to be told of accounts, until it is put away.
function Notices() {
  const notices = useQuery({ queryKey: ['notices'], queryFn: () => api('notices_list'), staleTime: 60_000, refetchInterval: 5 * 60_000 });
  const put_away = (id: string) =>
    void api('notices_put_away', { path: { id } }).finally(() => queries.invalidateQueries({ queryKey: ['notices'] }));
  return (
    <>
      {notices.data?.items.map((notice) => (
        <p key={notice.id} className="banner banner-quiet" role="status">
          <span>
            <Words>{notice.text}</Words> <Ago time={notice.at} />
          </span>
          <Button look="quiet" icon="close" aria-label={words.close} onPress={() => put_away(notice.id)} />
        </p>
      ))}
    </>
  );
}

export function Marks() {
  const may = use_may();
  const system = useQuery({
    queryKey: ['system'],
    queryFn: () => api('system_read'),
    enabled: may('system.read'),
    staleTime: 60_000,
    refetchInterval: 5 * 60_000,
  });
  const marks = system.data?.marks ?? [];
  return (
    <>
      <Notices />
      {marks.map((mark) => (
        <p key={mark.kind + mark.at} className="banner banner-bad" role="alert">
          {mark.kind === 'account-recovered' ? t.recovered : <Words>{mark.text}</Words>} <Ago time={mark.at} />.{' '}
          {may('audit-log.read') && <Link to="/audit-log">{t.recovered_see}</Link>}
        </p>
      ))}
    </>
  );
}
