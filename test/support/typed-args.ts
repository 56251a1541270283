import { parseArgs } from 'node:util';

type Options = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

export interface TypedArgs<Values> {
  values: Values;
  /** The whole number that was typed for an option. Ends the program where it is none, or too small. */
  whole(name: keyof Values & string, least?: number): number;
}

/** What was typed behind a program of ours. Ends the program with the usage where that was asked for, or something else was typed. */
export const typedArgs = <Chosen extends Options>(usage: string, options: Chosen) => {
  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  const refuse = (message: string): never => {
    console.error(`${message}\n\n${usage}`);
    process.exit(2);
  };
  const read = () => {
    try {
      return parseArgs<{ options: Chosen }>({ options }).values;
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error));
    }
  };
  const values = read();
  const args: TypedArgs<typeof values> = {
    values,
    whole(name, least = 1) {
      const text = String(values[name]);
      const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
      return number < least ? refuse(`--${name} is a whole number of ${least} or more: ${text}`) : number;
    },
  };
  return args;
};
