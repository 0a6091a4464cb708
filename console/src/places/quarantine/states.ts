import type { KeptState } from '../../api/types';
import type { Kind } from '../../parts/state';
import { t } from '../message/texts';

export const kept_states: readonly KeptState[] = ['kept', 'releasing', 'released', 'deleted'];
export const kept_words: Record<KeptState, string> = {
  kept: t.state_kept,
  releasing: t.state_releasing,
  released: t.state_released,
  deleted: t.state_deleted,
};
export const kept_kinds: Record<KeptState, Kind> = { kept: 'warn', releasing: 'unknown', released: 'good', deleted: 'plain' };
