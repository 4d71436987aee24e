const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `20,000`; a dash for what is not known. */
export function formatCount(value: number | null): string {
  return value === null ? '-' : whole.format(value);
}

/** `0.8 s`, `42 s`, `3 min 5 s`; a dash for what is not known. */
export function formatSeconds(value: number | null): string {
  if (value === null) return '-';
  if (value < 10) return `${value.toFixed(1)} s`;
  const rounded = Math.round(value);
  return rounded < 60 ? `${rounded} s` : `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
}
