/** HTML out of notebooks, made harmless: no scripts, no styles, no forms, nothing that is loaded from elsewhere. */
import sanitize from "sanitize-html";

const TAGS = [
  ...["p", "br", "hr", "div", "span", "blockquote", "pre", "code", "samp", "kbd", "ul", "ol", "li", "dl", "dt", "dd"],
  ...["h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "s", "del", "ins", "u", "sub", "sup", "mark", "small"],
  ...["table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"],
  ...["a", "abbr", "img", "figure", "figcaption", "details", "summary"],
];
const DATA_PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[\w+/=\s]+$/;

/** What a fragment may link to, and which headings it may name. */
export interface SanitizeOptions {
  /** Turns the target of a link into one of the site; undefined takes the link away. */
  readonly link: (href: string) => string | undefined;
  /** Ids that headings may have. @default none */
  readonly ids?: ReadonlySet<string>;
}

/** A fragment of HTML with only what a page may show. */
export function sanitized(html: string, { link, ids = new Set() }: SanitizeOptions): string {
  const clean = sanitize(html, {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ["href", "title", "rel"],
      img: ["src", "alt", "width", "height", "title", "loading"],
      abbr: ["title"],
      ol: ["start"],
      li: ["id"],
      th: ["scope", "colspan", "rowspan", "class"],
      td: ["colspan", "rowspan", "class"],
      details: ["open"],
      ...Object.fromEntries(["h2", "h3", "h4", "h5", "h6"].map((tag) => [tag, ["id"]])),
    },
    allowedClasses: { th: ["number"], td: ["number"] },
    allowedSchemes: ["http", "https", "mailto"],
    allowedSchemesByTag: { img: ["data"] },
    allowProtocolRelative: false,
    nonTextTags: ["style", "script", "textarea", "option", "noscript", "iframe", "object", "template"],
    transformTags: {
      // The page's own title is the only heading of the first level.
      h1: "h2",
      a: (_, attributes) => {
        const href = attributes["href"] === undefined ? undefined : link(attributes["href"]);
        if (href === undefined) return { tagName: "span", attribs: {} };
        const title = attributes["title"] === undefined ? {} : { title: attributes["title"] };
        return { tagName: "a", attribs: { href, ...title, ...(/^https?:/.test(href) && { rel: "noopener" }) } };
      },
      img: (_, { src = "", ...attributes }) =>
        DATA_PICTURE.test(src) || /^pictures\/[\w.-]+$/.test(src)
          ? { tagName: "img", attribs: { alt: "", ...attributes, src, loading: "lazy" } }
          : { tagName: "em", attribs: {}, text: `(picture left out: ${attributes["alt"] ?? "without description"})` },
      th: (_, attributes) => ({ tagName: "th", attribs: { scope: "col", ...cell(attributes) } }),
      td: (_, attributes) => ({ tagName: "td", attribs: cell(attributes) }),
      "*": (tagName, { id, ...attributes }) => ({
        tagName,
        attribs: id !== undefined && ids.has(id) ? { ...attributes, id } : attributes,
      }),
    },
  });
  return clean
    .replaceAll(/<table\b/g, '<div class="wide"><table')
    .replaceAll("</table>", "</table></div>")
    .replaceAll(/<(br|hr|img|col)\b([^>]*?)\s*\/>/g, "<$1$2>");
}

/** A cell of a table: numbers stand at the right, by a class in place of the notebook's style. */
function cell({ style = "", align = "", ...attributes }: Record<string, string>): Record<string, string> {
  const right = align === "right" || /text-align:\s*right/.test(style);
  return { ...attributes, ...(right && { class: "number" }) };
}
