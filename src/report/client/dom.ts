/** Makes elements of the page. Texts are set as text, so that nothing of a run becomes markup. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element with attributes and children. A null attribute or child is left out; `true` is an empty attribute. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  children: readonly Child[] = [],
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

let made = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix: string): string {
  made += 1;
  return `${prefix}-${made}`;
}

/** A button that copies a text. Where the clipboard is not allowed, it selects the text in the element beside it. */
export function copyButton(text: string, beside: HTMLElement, label = 'Copy'): HTMLButtonElement {
  const button = make('button', { type: 'button', class: 'copy' }, [label]);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      getSelection()?.selectAllChildren(beside);
      button.textContent = 'Selected';
    }
    setTimeout(() => {
      button.textContent = label;
    }, 1500);
  });
  return button;
}
