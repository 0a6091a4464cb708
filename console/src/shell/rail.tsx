import { useState } from 'react';
import { sign_out, use_may, use_session } from '../api/session';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Name } from '../parts/name';
import { Link, use_address } from '../router/router';
import { Brand } from './brand';
import { rail_first, rail_second, type RailEntry } from './places';
import { t } from './texts';

const stored_as = 'rampart.rail';
function stored(): boolean {
  try {
    return window.localStorage.getItem(stored_as) === 'narrow';
  } catch {
    return false;
  }
}

function Entries({ entries, path, narrow }: { entries: readonly RailEntry[]; path: string; narrow: boolean }) {
  const may = use_may();
  return (
    <ul>
      {entries
        .filter((entry) => may(entry.permission))
        .map((entry) => {
          const current = entry.to === '/' ? path === '/' : path === entry.to || path.startsWith(`${entry.to}/`);
          return (
            <li key={entry.to}>
              <Link to={entry.to} className="rail-link" aria-current={current ? 'page' : undefined} title={narrow ? entry.name : undefined}>
                <Icon name={entry.icon} />
                <span className="rail-name">{entry.name}</span>
              </Link>
            </li>
          );
        })}
    </ul>
  );
}

export function Rail({ on_search, open, on_close }: { on_search: () => void; open: boolean; on_close: () => void }) {
  const [narrow, set_narrow] = useState(stored);
  const { path } = use_address();
  const session = use_session();
  const fold = () => {
    set_narrow(!narrow);
    try {
      window.localStorage.setItem(stored_as, narrow ? 'wide' : 'narrow');
    } catch {
      // Folded until the page is left.
    }
  };
  return (
    <nav className={`rail ${narrow ? 'rail-narrow' : ''} ${open ? 'rail-open' : ''}`} aria-label={t.navigation} onClick={on_close}>
      <div className="rail-brand">
        <Link to="/" className="rail-home">
          <Brand />
          <bdi dir="ltr" className="rail-name">
            Rampart
          </bdi>
        </Link>
        <Button
          look="quiet"
          icon="rail"
          className="rail-fold"
          aria-label={narrow ? t.unfold : t.fold}
          aria-expanded={!narrow}
          onPress={fold}
        />
      </div>
      <button type="button" className="rail-search" onClick={on_search} aria-keyshortcuts="Control+K" title={t.search}>
        <Icon name="search" />
        <span className="rail-name">{t.search}</span>
        <kbd dir="ltr" className="rail-name">
          Ctrl K
        </kbd>
      </button>
      <Entries entries={rail_first} path={path} narrow={narrow} />
      <hr />
      <Entries entries={rail_second} path={path} narrow={narrow} />
      <div className="rail-foot">
        <Link
          to="/account"
          className="rail-link"
          aria-current={path.startsWith('/account') && !path.startsWith('/accounts') ? 'page' : undefined}
          title={narrow ? t.account : undefined}
        >
          <Icon name="person" />
          <span className="rail-name rail-who">
            <span dir="auto">{session.account?.shown_name || t.account}</span>
            {session.account && (
              <span className="small faint">
                <Name>{session.account.name}</Name>
              </span>
            )}
          </span>
        </Link>
        <button type="button" className="rail-link" onClick={() => void sign_out()} title={narrow ? t.sign_out : undefined}>
          <Icon name="out" />
          <span className="rail-name">{t.sign_out}</span>
        </button>
      </div>
    </nav>
  );
}
