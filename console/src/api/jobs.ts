// Long work: the answer names a job, which is asked until it ends (live events hurry the next question).
import { useQuery } from '@tanstack/react-query';
import { api } from './client';
import { use_live } from './live';
import { queries } from './session';

const ended = new Set(['done', 'failed', 'cancelled']);

export function use_job(id: string | null) {
  use_live('job', (data) => {
    const job = data as { id?: string };
    if (id !== null && job.id === id) void queries.invalidateQueries({ queryKey: ['job', id] });
  });
  return useQuery({
    queryKey: ['job', id],
    queryFn: () => api('jobs_read', { path: { id: id ?? '' } }),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data && ended.has(query.state.data.state) ? false : 1500),
  });
}
