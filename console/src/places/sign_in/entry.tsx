// The frame of what is seen without being signed in: brand, the box, language and theme.
import type { ReactNode } from 'react';
import { Banner } from '../../shell/banner';
import { Brand } from '../../shell/brand';
import { LanguageChoice } from '../../shell/language_choice';
import './sign_in.css';

export function Entry({ children, wide = false, demo = false }: { children: ReactNode; wide?: boolean; demo?: boolean }) {
  return (
    <>
      {demo && <Banner />}
      <main className="entry">
        <div className={wide ? 'entry-box entry-wide' : 'entry-box'}>
          <div className="entry-brand">
            <Brand /> Rampart
          </div>
          {children}
          <div className="entry-foot">
            <LanguageChoice />
          </div>
        </div>
      </main>
    </>
  );
}
