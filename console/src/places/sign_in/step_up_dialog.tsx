import { ask_session_again, queries, set_session, use_session } from '../../api/session';
import { Dialog } from '../../parts/dialog';
import { Button } from '../../parts/button';
import { words } from '../../parts/texts';
import { Factors } from './factors';
import { t } from './texts';
import './sign_in.css';

export default function StepUpDialog({ on_done }: { on_done: (proven: boolean) => void }) {
  const session = use_session();
  return (
    <Dialog title={t.step_up_title} open on_close={() => on_done(false)}>
      <p className="soft">{t.step_up_lead}</p>
      <Factors
        session={session}
        purpose="step-up"
        on_proven={(next) => {
          set_session(next);
          void ask_session_again();
          void queries.invalidateQueries({ queryKey: ['sessions'] });
          on_done(true);
        }}
      />
      <div className="dialog-actions">
        <Button onPress={() => on_done(false)}>{words.cancel}</Button>
      </div>
    </Dialog>
  );
}
