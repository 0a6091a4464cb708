// What React Aria says by itself, in Urdu, which it does not speak. Only what our components reach; aria_urdu.test.ts proves
// that each key of these dictionaries is here.
export const strings: Record<string, Record<string, string>> = {
  '@react-aria/overlays': { dismiss: 'بند کریں' },
  '@react-aria/menu': { longPressMessage: 'مینو کھولنے کے لیے دیر تک دبائیں یا Alt + نیچے تیر دبائیں' },
  'react-aria-components': {
    selectPlaceholder: 'ایک چیز چنیں',
    tableResizer: 'چوڑائی بدلنے والا',
    dropzoneLabel: 'فائل یہاں چھوڑیں',
    colorSwatchPicker: 'رنگ کے نمونے',
  },
};

export function speak_urdu(): void {
  const place = window as unknown as Record<symbol, unknown>;
  place[Symbol.for('react-aria.i18n.locale')] = 'ur-PK';
  place[Symbol.for('react-aria.i18n.strings')] = strings;
}
