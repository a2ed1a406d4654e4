import './process/signals.ts';

// In a file of its own, also when it is bundled: to load it takes longer than all that comes before.
await import('./operator.ts');
