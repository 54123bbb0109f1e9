/**
 * Names the headings of one page, by their texts, as Confluence does (the open renderer of its editor): each blank
 * becomes a hyphen, and a heading that was there before gets `.1`, `.2` and so on. Pages of the old editor name them
 * otherwise; there the link leads to the page's beginning.
 */
export function createHeadingAnchors(): (heading: string) => string {
  const given = new Set<string>();
  return (heading) => {
    const name = heading.trim().replace(/\s/g, '-');
    let anchor = name;
    for (let count = 1; given.has(anchor); count += 1) anchor = `${name}.${count}`;
    given.add(anchor);
    return anchor;
  };
}
