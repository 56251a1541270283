/** The text as one searches it: neither case nor accents count, `nystrom` is `Nyström`. */
export const foldText = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
