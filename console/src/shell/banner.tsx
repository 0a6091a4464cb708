// What has to be seen on every page.
import { t } from './texts';

export function Banner() {
  return (
    <p className="banner banner-demo" role="note">
      {t.demo}
    </p>
  );
}
