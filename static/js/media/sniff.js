/** What a file is, told from its first bytes, whatever its host calls it. */

/**
 * @typedef {object} Sniffed
 * @property {"image" | "video" | "page" | "other" | "empty"} family
 * @property {string} name with its article, as "a JPEG picture"
 * @property {string | null} type the media type that browsers are asked about; null where that says nothing
 */

/** @typedef {[place: number, bytes: string, family: Sniffed["family"], name: string, type: string | null]} Mark */

/**
 * What stands at a place of the file, as text of one character a byte.
 * @type {Mark[]}
 */
const MARKS = [
  [0, "\xff\xd8\xff", "image", "a JPEG picture", "image/jpeg"],
  [0, "\x89PNG", "image", "a PNG picture", "image/png"],
  [0, "GIF8", "image", "a GIF picture", "image/gif"],
  [8, "WEBP", "image", "a WebP picture", "image/webp"],
  [0, "BM", "image", "a BMP picture", "image/bmp"],
  [0, "\0\0\x01\0", "image", "an icon", "image/x-icon"],
  [0, "II*\0", "image", "a TIFF picture", "image/tiff"],
  [0, "MM\0*", "image", "a TIFF picture", "image/tiff"],
  [0, "\xff\x0a", "image", "a JPEG XL picture", "image/jxl"],
  [4, "JXL ", "image", "a JPEG XL picture", "image/jxl"],
  [4, "jP  ", "image", "a JPEG 2000 picture", "image/jp2"],
  [0, "\xff\x4f\xff\x51", "image", "a JPEG 2000 picture", "image/jp2"],
  [0, "8BPS", "image", "a Photoshop picture", "image/vnd.adobe.photoshop"],
  [0, "\x76\x2f\x31\x01", "image", "an OpenEXR picture", "image/x-exr"],
  [128, "DICM", "image", "a DICOM picture", "application/dicom"],
  [8, "AVI ", "video", "an AVI video", "video/x-msvideo"],
  [0, "OggS", "video", "an Ogg video", "video/ogg"],
  [0, "FLV", "video", "a Flash video", "video/x-flv"],
  [0, "\0\0\x01\xba", "video", "an MPEG video", "video/mpeg"],
  [4, "moov", "video", "a QuickTime video", "video/quicktime"],
  [4, "mdat", "video", "a QuickTime video", "video/quicktime"],
  [0, "%PDF", "other", "a PDF document", null],
  [0, "PK\x03\x04", "other", "a zip archive", null],
  [0, "\x1f\x8b", "other", "a compressed file (gzip)", null],
  [0, "version https://git-lfs", "other", "a pointer of Git LFS, a short text that stands for the file", null],
];

const AVIF = /^(avif|avis)/;
const HEIF = /^(heic|heix|heim|heis|hevc|mif1|msf1)/;
/** Before the first tag may stand a mark of the text's encoding, spaces and comments. */
const LEAD = /^(?:\xef\xbb\xbf)?(?:\s|<!--[^]*?-->)*/;
const PAGE = /^<(!doctype html|html|head|body|script|title|meta|div)/i;

/**
 * Says what a file is.
 * @param {Uint8Array} bytes its first 4 KiB, or fewer
 * @returns {Sniffed}
 */
export function sniff(bytes) {
  if (bytes.length === 0) return { family: "empty", name: "nothing at all", type: null };
  const text = latin(bytes);
  const mark = MARKS.find(([place, said]) => text.startsWith(said, place));
  if (mark) return { family: mark[2], name: mark[3], type: mark[4] };
  return boxed(text) ?? matroska(text) ?? transport(text) ?? written(text);
}

/**
 * ISO base media files: their brand says what is in them.
 * @param {string} text
 * @returns {Sniffed | null}
 */
function boxed(text) {
  if (!text.startsWith("ftyp", 4)) return null;
  const brand = text.slice(8, 12);
  if (AVIF.test(brand)) return { family: "image", name: "an AVIF picture", type: "image/avif" };
  if (HEIF.test(brand)) return { family: "image", name: "a HEIC picture", type: "image/heic" };
  if (brand === "qt  ") return { family: "video", name: "a QuickTime video", type: "video/quicktime" };
  return { family: "video", name: "an mp4 video", type: "video/mp4" };
}

/**
 * @param {string} text
 * @returns {Sniffed | null}
 */
function matroska(text) {
  if (!text.startsWith("\x1a\x45\xdf\xa3")) return null;
  const isWebm = text.slice(0, 64).includes("webm");
  return isWebm
    ? { family: "video", name: "a WebM video", type: "video/webm" }
    : { family: "video", name: "a Matroska video", type: "video/x-matroska" };
}

/**
 * MPEG transport streams: packets of 188 bytes, each beginning alike.
 * @param {string} text
 * @returns {Sniffed | null}
 */
function transport(text) {
  const isOne = text.length > 376 && [0, 188, 376].every((place) => text[place] === "G");
  return isOne ? { family: "video", name: "an MPEG transport stream", type: "video/mp2t" } : null;
}

/**
 * @param {string} text
 * @returns {Sniffed}
 */
function written(text) {
  const start = text.replace(LEAD, "");
  if (start.startsWith("<svg") || (start.startsWith("<?xml") && start.includes("<svg"))) {
    return { family: "image", name: "an SVG picture", type: "image/svg+xml" };
  }
  /** @type {(family: Sniffed["family"], name: string) => Sniffed} */
  const other = (family, name) => ({ family, name, type: null });
  if (PAGE.test(start)) return other("page", "a web page");
  if (start.startsWith("<?xml")) return other("other", "an XML text");
  if (/^[[{]\s*["\]}[{\d]/.test(start)) return other("other", "a JSON text");
  return /[\0-\x08\x0e-\x1a]/.test(text) ? other("other", "a file of an unknown kind") : other("other", "a text");
}

/** What only a page to sign in has: a field for a password, its title, its place. */
const PASSWORD = /<input[^>]*type\s*=\s*["']?password/i;
const TITLE = /<title[^>]*>[^<]*\b((sign|log)[\s-]?(in|on)|authenticat|single sign-on)/i;
const PLACE = /\/(sign|log)[-_]?(in|on)\b|\/(sso|saml2?|oauth2?|authorize)\b/i;
/** What such a page mostly says, and others with a way to it say, too. */
const WORDS = /\b((sign|log)[\s-]?(in|on)|single sign-on|sso|saml|oauth|openid)\b|authenticat/i;

/**
 * Whether a web page is one to sign in.
 * @param {Uint8Array} bytes its beginning
 * @param {string} address where it was found in the end
 * @returns {"surely" | "perhaps" | "no"}
 */
export function signInPage(bytes, address) {
  const text = latin(bytes);
  if (PASSWORD.test(text) || TITLE.test(text) || PLACE.test(new URL(address).pathname)) return "surely";
  return WORDS.test(text) ? "perhaps" : "no";
}

/** Amazon S3 and Google say the first, Azure the second. */
const EXPIRED = /<(Message|Details|AuthenticationErrorDetail)>[^<]*(has expired|not valid in the specified time)/i;

/**
 * How storage services say why they refuse: `<Code>AccessDenied</Code><Message>Request has expired</Message>`.
 * @param {Uint8Array} bytes
 * @returns {{code: string | null, isExpired: boolean}} a code is one word of letters
 */
export function refusalOf(bytes) {
  const text = latin(bytes);
  const code = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(text)?.[1] ?? null;
  return { code, isExpired: code === "ExpiredToken" || EXPIRED.test(text) };
}

/**
 * Whether a JPEG is of a process that browsers leave out: lossless, or not of 8 bits a sample (ITU T.81).
 * @param {Uint8Array} bytes its beginning
 */
export function isRareJpeg(bytes) {
  let place = 2;
  while (place + 4 < bytes.length && bytes[place] === 0xff) {
    const marker = bytes[place + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return marker === 0xc3 || marker >= 0xc5 || bytes[place + 4] !== 8;
    place += 2 + ((bytes[place + 2] ?? 0) << 8) + (bytes[place + 3] ?? 0);
  }
  return false;
}

/** @typedef {{name: string, type: string}} Codec */

/** How the codec of a video is spelt in its header, and a type that browsers are asked about. */
const CODECS = /** @type {[RegExp, string, string][]} */ ([
  [/hvc1|hev1|dvh1|dvhe|V_MPEGH\/ISO\/HEVC/, "HEVC (H.265)", 'video/mp4; codecs="hvc1.1.6.L93.B0"'],
  [/av01|V_AV1/, "AV1", 'video/mp4; codecs="av01.0.04M.08"'],
  [/vp09|V_VP9/, "VP9", 'video/mp4; codecs="vp09.00.10.08"'],
  [/V_VP8/, "VP8", 'video/webm; codecs="vp8"'],
  [/avc1|avc3|V_MPEG4\/ISO\/AVC/, "H.264", 'video/mp4; codecs="avc1.42E01E"'],
  [/mp4v|V_MPEG4\/ISO\/ASP/, "MPEG-4 Part 2", 'video/mp4; codecs="mp4v.20.9"'],
  [/ap4h|ap4x|apch|apcn|apcs|apco/, "ProRes", 'video/quicktime; codecs="apcn"'],
  [/mjpa|mjpb|V_MJPEG/, "Motion JPEG", 'video/quicktime; codecs="mjpa"'],
]);

/**
 * The codec of a video, where its header is among the bytes.
 * @param {Uint8Array} bytes
 * @returns {Codec | null}
 */
export function codecOf(bytes) {
  const text = latin(bytes);
  const known = CODECS.find(([spelt]) => spelt.test(text));
  if (!known) return null;
  const [, name, type] = known;
  const profile = name === "H.264" ? /avcC\x01([^]{3})/.exec(text)?.[1] : undefined;
  return { name, type: profile ? `video/mp4; codecs="avc1.${hex(profile)}"` : type };
}

/**
 * Where the header of an mp4 begins, when it stands behind the media.
 * @param {Uint8Array} bytes its first ones
 * @returns {number | null} bytes from the start; null when it is here, or cannot be told
 */
export function headerPlace(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place = 0;
  while (place + 16 <= bytes.length) {
    const name = latin(bytes.subarray(place + 4, place + 8));
    if (name === "moov") return null;
    const short = view.getUint32(place);
    const size = short === 1 ? Number(view.getBigUint64(place + 8)) : short;
    if (size < 8) return null;
    place += size;
  }
  return place > bytes.length && Number.isSafeInteger(place) ? place : null;
}

/** @param {Uint8Array} bytes */
function latin(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** @param {string} text */
function hex(text) {
  return [...text].map((one) => one.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()).join("");
}
