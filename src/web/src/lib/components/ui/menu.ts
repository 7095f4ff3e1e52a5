import type { Component } from 'svelte';

export interface MenuItem {
  label: string;
  Icon?: Component<{ size?: number }>;
  onselect: () => void;
}

/** A choice in a menu or a select. */
export interface Choice<T extends string = string> {
  value: T;
  label: string;
  Icon?: Component<{ size?: number }>;
}
