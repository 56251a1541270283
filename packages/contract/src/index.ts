export * from './board.ts';
export * from './card.ts';
export * from './changes.ts';
export * from './events.ts';
export * from './machine.ts';
export * from './offset.ts';
export * from './upcast.ts';
