// Ctrl K: any domain, sender, message, setting, place or action. Places and actions answer at once; the rest is asked of the server.
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Dialog } from 'react-aria-components/Dialog';
import { api } from '../api/client';
import { use_may } from '../api/session';
import { language, speak } from '../i18n/language';
import { Icon, type IconName } from '../parts/icon';
import { Words } from '../parts/name';
import { navigate } from '../router/router';
import { rail_first, rail_second } from './places';
import { found_items, fits } from './palette_items';
import { set_theme } from './theme';
import { t } from './texts';

export interface PaletteItem {
  id: string;
  name: string;
  kind: string;
  icon: IconName;
  group: 'places' | 'actions' | 'found';
  act: () => void;
}

function use_own_items(): PaletteItem[] {
  const may = use_may();
  const go = (to: string) => () => navigate(to);
  const items: PaletteItem[] = [...rail_first, ...rail_second]
    .filter((each) => may(each.permission))
    .map((each) => ({ id: each.to, name: each.name, kind: '', icon: each.icon, group: 'places', act: go(each.to) }));
  items.push({ id: 'account', name: t.account, kind: '', icon: 'person', group: 'places', act: go('/account') });
  if (may('audits.run')) {
    items.push({ id: 'audit', name: t.audit_all, kind: '', icon: 'domains', group: 'actions', act: go('/domains?do=audit') });
  }
  if (may('domains.write')) {
    items.push({ id: 'add', name: t.add_domain, kind: '', icon: 'plus', group: 'actions', act: go('/domains?do=add') });
  }
  if (may('mail.scan')) {
    items.push({ id: 'scan', name: t.scan, kind: '', icon: 'live', group: 'actions', act: go('/scan') });
  }
  if (may('accounts.write')) {
    items.push({ id: 'invite', name: t.invite, kind: '', icon: 'plus', group: 'actions', act: go('/accounts?do=invite') });
  }
  const dark = document.documentElement.dataset.theme === 'dark';
  items.push({
    id: 'theme',
    name: dark ? t.to_light : t.to_dark,
    kind: '',
    icon: 'settings',
    group: 'actions',
    act: () => set_theme(dark ? 'light' : 'dark'),
  });
  items.push({
    id: 'language',
    name: t.to_urdu,
    kind: language === 'en' ? 'اردو' : 'English',
    icon: 'settings',
    group: 'actions',
    act: () => speak(language === 'en' ? 'ur' : 'en'),
  });
  return items;
}

export default function Palette({ on_close }: { on_close: () => void }) {
  const [text, set_text] = useState('');
  const [chosen, set_chosen] = useState(0);
  const asked = useDeferredValue(text.trim());
  const own = use_own_items();
  const list = useId();
  const list_ref = useRef<HTMLDivElement>(null);
  const search = useQuery({
    queryKey: ['search', asked],
    queryFn: ({ signal }) => api('search_all', { query: { q: asked }, signal }),
    enabled: asked.length >= 2,
    staleTime: 30_000,
    placeholderData: (before) => before,
  });
  const items = useMemo(() => {
    const mine = own.filter((item) => fits(item.name, asked));
    return [...(asked.length >= 2 ? found_items(search.data) : []), ...mine];
  }, [own, asked, search.data]);
  const current = Math.min(chosen, items.length - 1);

  useEffect(() => {
    list_ref.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const act = (item: PaletteItem | undefined) => {
    if (!item) return;
    on_close();
    item.act();
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      set_chosen(Math.max(0, Math.min(items.length - 1, current + step)));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      act(items[current]);
    }
  };
  const groups = ['found', 'places', 'actions'] as const;
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(open) => !open && on_close()}>
      <Modal className="dialog">
        <Dialog aria-label={t.search} className="palette">
          <div className="palette-input">
            <Icon name="search" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls={list}
              aria-activedescendant={items[current] ? `${list}-${current}` : undefined}
              aria-label={t.search}
              placeholder={t.search_hint}
              value={text}
              onChange={(event) => {
                set_text(event.target.value);
                set_chosen(0);
              }}
              onKeyDown={key}
              autoFocus
              spellCheck={false}
              autoComplete="off"
              dir="auto"
            />
          </div>
          <div className="palette-list" role="listbox" id={list} aria-label={t.search} ref={list_ref}>
            {groups.map((group) => {
              const own_items = items.filter((item) => item.group === group);
              if (own_items.length === 0) return null;
              return (
                <div key={group} role="group" aria-label={t[group]}>
                  <div className="palette-group" aria-hidden="true">
                    {t[group]}
                  </div>
                  {own_items.map((item) => {
                    const index = items.indexOf(item);
                    return (
                      <div
                        key={item.id}
                        id={`${list}-${index}`}
                        role="option"
                        aria-selected={index === current}
                        className="palette-item"
                        onClick={() => act(item)}
                        onPointerMove={() => set_chosen(index)}
                      >
                        <Icon name={item.icon} />
                        <Words>{item.name}</Words>
                        <span className="palette-kind" dir="auto">
                          {item.kind}
                        </span>
                      </div>
                    );
                  })}
                </div>
              );
            })}
            {items.length === 0 && <p className="palette-note">{search.isFetching ? t.searching : t.nothing(text)}</p>}
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
