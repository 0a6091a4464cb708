import type { SearchResult } from '../api/types';
import type { IconName } from '../parts/icon';
import { at, navigate } from '../router/router';
import { t } from './texts';
import type { PaletteItem } from './palette';

// Every word of what was typed begins a word of the name, in any order: "aud log" finds "Audit log".
export function fits(name: string, typed: string): boolean {
  const words = name.toLowerCase().split(/[\s.@/_-]+/);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)) || name.toLowerCase().includes(typed.toLowerCase()));
}

type Kind = SearchResult['items'][number]['kind'];
const kinds: Record<Kind, { icon: IconName; name: string; to: (id: string) => string }> = {
  domain: { icon: 'domains', name: t.kind_domain, to: (id) => at`/domains/${id}` },
  sender: { icon: 'senders', name: t.kind_sender, to: (id) => at`/senders/${id}` },
  message: { icon: 'live', name: t.kind_message, to: (id) => at`/mail/${id}` },
  kept: { icon: 'quarantine', name: t.kind_quarantine, to: (id) => at`/quarantine/${id}` },
  organisation: { icon: 'organisations', name: t.kind_organisation, to: (id) => at`/organisations/${id}` },
  account: { icon: 'accounts', name: t.kind_account, to: (id) => at`/accounts/${id}` },
  setting: { icon: 'settings', name: t.kind_setting, to: (id) => `/settings?text=${encodeURIComponent(id)}` },
};

export function found_items(result: SearchResult | undefined): PaletteItem[] {
  return (result?.items ?? []).map((hit) => {
    const kind = kinds[hit.kind];
    return {
      id: `${hit.kind}:${hit.id}`,
      name: hit.title || hit.id,
      kind: hit.detail || kind.name,
      icon: kind.icon,
      group: 'found' as const,
      act: () => navigate(kind.to(hit.id)),
    };
  });
}
