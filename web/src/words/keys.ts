import type { en } from './en/index.ts';

/** A catalogue in another language: exactly the same keys. */
export type Translated<Catalogue> = {
  readonly [Key in keyof Catalogue]: Catalogue[Key] extends string ? string : Translated<Catalogue[Key]>;
};

export type Catalogue = Translated<typeof en>;

type KeysOf<Part> = {
  [Key in keyof Part & string]: Part[Key] extends string ? Key : `${Key}.${KeysOf<Part[Key]>}`;
}[keyof Part & string];

type At<Part, Path> = Path extends `${infer Key}.${infer Rest}`
  ? Key extends keyof Part
    ? At<Part[Key], Rest>
    : never
  : Path extends keyof Part
    ? Part[Path]
    : never;

/** The names in braces, without what is only quoted: `{'@'}`. */
type NamesIn<Message> = Message extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `'${string}` ? never : Name) | NamesIn<Rest>
  : never;

/** Where a message stands: `board.status.idle`. */
export type WordKey = KeysOf<typeof en>;

/** What messages are told. `n` is the number that a plural goes by. */
export type Told = Readonly<Record<string, string | number>>;

/** What this message has to be told, and nothing else. */
export type Values<Key extends WordKey> = [NamesIn<At<typeof en, Key>>] extends [never]
  ? []
  : [values: Readonly<Record<NamesIn<At<typeof en, Key>>, string | number>>];
