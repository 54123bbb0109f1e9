/**
 * Names the headings of one page as Confluence does, for the end of a link: blanks become hyphens, and a heading that
 * was there before gets `.1`, `.2` and so on. Pages of the old editor name them otherwise; there the link leads to the
 * page's beginning.
 */
export function createHeadingAnchors(): (heading: string) => string {
  const given = new Set<string>();
  return (heading) => {
    const name = heading.replace(/ /g, '-');
    let anchor = name;
    for (let count = 1; given.has(anchor); count += 1) anchor = `${name}.${count}`;
    given.add(anchor);
    return anchor;
  };
}
