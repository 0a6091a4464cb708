// What every administrator has to see, on every page: an account was recovered on the host.
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { use_may } from '../api/session';
import { Words } from '../parts/name';
import { Ago } from '../parts/time';
import { Link } from '../router/router';
import { t } from './texts';

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
  if (marks.length === 0) return null;
  return (
    <>
      {marks.map((mark) => (
        <p key={mark.kind + mark.at} className="banner banner-bad" role="alert">
          {mark.kind === 'account-recovered' ? t.recovered : <Words>{mark.text}</Words>} <Ago time={mark.at} />.{' '}
          {may('audit-log.read') && <Link to="/audit-log">{t.recovered_see}</Link>}
        </p>
      ))}
    </>
  );
}
