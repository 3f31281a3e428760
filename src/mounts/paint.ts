import { inspect } from 'node:util';

const NAMES = ['bold', 'dim', 'red', 'yellow', 'cyan'] as const;

/** Colours of a terminal, or none. */
export type Paint = Record<(typeof NAMES)[number], (text: string) => string>;

/** Wraps text in escape sequences if `colour` is true, and leaves it alone otherwise. */
export function paint(colour: boolean): Paint {
  const style = (name: string) => (text: string) => {
    const [open, close] = inspect.colors[name] as [number, number];
    return colour && text !== '' ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  };
  return Object.fromEntries(NAMES.map((name) => [name, style(name)])) as Paint;
}

/**
 * Whether what is written to `stream` may be coloured: it is a terminal with colours, and NO_COLOR and
 * FORCE_COLOR say nothing else (tty.WriteStream.hasColors()).
 */
export function hasColour(stream: { isTTY?: boolean; hasColors?: () => boolean }): boolean {
  return stream.isTTY === true && stream.hasColors?.() === true;
}
