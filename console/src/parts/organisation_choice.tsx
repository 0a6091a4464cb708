import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client';
import { use_may } from '../api/session';
import { Choice } from './field';

export function use_organisations() {
  const may = use_may();
  return useQuery({
    queryKey: ['organisations', 'names'],
    queryFn: () => api('organisations_list', { query: { limit: 200 } }),
    enabled: may('organisations.read'),
    staleTime: 5 * 60_000,
  });
}

export function OrganisationChoice(props: {
  label: string;
  value: string;
  nothing: string;
  inline?: boolean;
  onChange: (id: string) => void;
}) {
  const organisations = use_organisations();
  const items = organisations.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Choice
      label={props.label}
      value={props.value}
      inline={props.inline ?? false}
      onChange={props.onChange}
      options={[{ value: '', name: props.nothing }, ...items.map((each) => ({ value: each.id, name: each.name }))]}
    />
  );
}
