"""Media addresses that URL libraries and browsers read differently, or that nobody should store; and good ones.

DIFFERENTIAL holds the cases in which browsers, urllib.parse, httpx, urllib3 and Django's URLValidator were seen to
disagree, or to agree on something harmful. Each row is a text and the code of the refusal.
"""

LONGEST_LABEL = "a" * 63

DIFFERENTIAL = [
    # Which host is asked depends on who reads.
    ("https://good.com\\@evil.com/a", "backslash"),
    ("https://good.com\\.evil.com/a", "backslash"),
    ("https:/\\evil.com/a", "backslash"),
    ("https:\\\\evil.com/a", "backslash"),
    ("https:evil.com/a", "host"),
    ("http:///evil.com/a", "host"),
    ("https:/evil.com/a", "host"),
    ("https://good.com@evil.com/a", "userinfo"),
    ("https://user:password@good.com/a", "userinfo"),
    ("https://:@good.com/a", "userinfo"),
    # Browsers turn all of these into 127.0.0.1, Python's libraries into names.
    ("http://127.1/a", "numeric-host"),
    ("http://0x7f000001/a", "numeric-host"),
    ("http://2130706433/a", "numeric-host"),
    ("http://017700000001/a", "numeric-host"),
    ("http://0177.0.0.1/a", "numeric-host"),
    ("http://127.0.0.0x1/a", "numeric-host"),
    ("http://[::ffff:127.0.0.1]/a", "ipv6"),
    ("http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/a", "character"),
    # Names that turn into other names.
    ("http://\u24d4xample.com/a", "character"),
    ("https://exa%6dple.com/a", "host"),
    ("https://good\u3002com/a", "character"),
    ("https://\u0430\u0440\u0440\u04cf\u0435.com/a", "character"),
    ("https://good.com./a", "host"),
    # Characters that browsers drop or other programs stumble over.
    ("https://good.com/a\tb", "character"),
    ("https://good.com/a\nb", "character"),
    ("https://go\rod.com/a", "character"),
    ("https://good.com/a\x00b", "character"),
    ("https://good.com/\u202egpj.a", "character"),
    # Ports.
    ("https://good.com:99999/a", "port"),
    ("https://good.com:0443/a", "port"),
    ("https://good.com:/a", "port"),
    ("https://good.com:0/a", "port"),
    # Paths that browsers rewrite before they ask.
    ("https://good.com/a/../b", "dot-segment"),
    ("https://good.com/a/%2e%2E/b", "dot-segment"),
    ("https://good.com/a/.%2e/b", "dot-segment"),
    # Schemes, by name.
    ("javascript:alert(1)", "scheme"),
    ("data:image/png;base64,AAAA", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("blob:https://good.com/1", "scheme"),
    ("ftp://good.com/a", "scheme"),
    ("about:blank", "scheme"),
    ("view-source:https://good.com/a", "scheme"),
    ("intent://good.com/a#Intent;end", "scheme"),
    ("filesystem:https://good.com/temporary/a", "scheme"),
    ("vbscript:msgbox(1)", "scheme"),
    ("chrome://settings", "scheme"),
]

FURTHER = [
    ("", "empty"),
    ("https", "scheme"),
    ("//good.com/a", "scheme"),
    ("/a.jpg", "scheme"),
    ("a.jpg", "scheme"),
    ("HTTPS://good.com/a", "scheme"),
    ("wss://good.com/a", "scheme"),
    ("unheard-of://good.com/a", "scheme"),
    ("s3://bucket/a.jpg", "storage-scheme"),
    ("gs://bucket/a.jpg", "storage-scheme"),
    ("azure://container/a.jpg", "storage-scheme"),
    ("abfs://container@account/a.jpg", "storage-scheme"),
    (" https://good.com/a", "character"),
    ("https://good.com/a ", "character"),
    ("https://good.com/my file.jpg", "character"),
    ("https://good.com/\u00e9.jpg", "character"),
    ("https://good.com/a\ud800", "character"),
    ("https://good.com/\u2066a", "character"),
    ("https://good.com/\x7f", "character"),
    ("https://good.com/\x85", "character"),
    ('https://good.com/"a"', "character"),
    ("https://good.com/<a>", "character"),
    ("https://good.com/a^b", "character"),
    ("https://good.com/a`b", "character"),
    ("https://good.com/{a}", "character"),
    ("https://good.com/a|b", "character"),
    ("https://good.com/a?name='b'", "character"),
    ("https://good.com/a\\b", "backslash"),
    ("https://", "host"),
    ("https:///", "host"),
    ("https://:443/a", "host"),
    ("https://.good.com/a", "host"),
    ("https://good..com/a", "host"),
    ("https://-good.com/a", "host"),
    ("https://good-.com/a", "host"),
    ("https://good_host.com/a", "host"),
    ("https://good,host.com/a", "host"),
    (f"https://{LONGEST_LABEL}a.com/a", "host"),
    ("https://" + "a." * 126 + "ab/a", "host"),
    ("https://xn--a/a", "host"),
    ("https://xn--/a", "host"),
    ("https://xn--ls8h.example/a", "host"),
    ("https://1.xn--4dbcagdahymbxekheh6e0a7fei0b.example/a", "host"),
    ("http://256.1.1.1/a", "numeric-host"),
    ("http://1.2.3.04/a", "numeric-host"),
    ("http://1.2.3/a", "numeric-host"),
    ("http://1.2.3.4.5/a", "numeric-host"),
    ("http://good.0x/a", "numeric-host"),
    ("http://[::1]/a", "ipv6"),
    ("http://[fe80::1%25eth0]/a", "ipv6"),
    ("http://[::1/a", "ipv6"),
    ("http://good.com]/a", "host"),
    ("https://good.com:80:80/a", "port"),
    ("https://good.com:+80/a", "port"),
    ("https://good.com:65536/a", "port"),
    ("https://good.com", "path"),
    ("https://good.com?a=1", "path"),
    ("https://good.com:443", "path"),
    ("https://good.com#a", "fragment"),
    ("https://good.com/a#b", "fragment"),
    ("https://good.com/a?b#", "fragment"),
    ("https://good.com/.", "dot-segment"),
    ("https://good.com/..", "dot-segment"),
    ("https://good.com/a/./b", "dot-segment"),
    ("https://good.com/%2E?a", "dot-segment"),
    ("https://good.com/a/..?b", "dot-segment"),
    ("https://good.com/%zz", "percent"),
    ("https://good.com/a%", "percent"),
    ("https://good.com/a?b=50%", "percent"),
    ("https://good.com/" + "a" * 4096, "length"),
]

REFUSED = DIFFERENTIAL + FURTHER

# Presigned addresses as the storage services write them (keys made up).
S3_VERSION_4 = (
    "https://bucket.s3.eu-west-1.amazonaws.com/clip%2001/0001.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAEXAMPLE%2F20261122%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261122T000000Z"
    "&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Security-Token=IQoJb3JpZ2luX2VjE%2B%2F%3D%3D"
    "&X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"
)
S3_VERSION_2 = (
    "https://bucket.s3.amazonaws.com/a.jpg?AWSAccessKeyId=AKIAEXAMPLE&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D"
    "&Expires=1795305600"
)
GOOGLE_STORAGE = (
    "https://storage.googleapis.com/bucket/a.jpg?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential="
    "reader%40project.iam.gserviceaccount.com%2F20261122%2Fauto%2Fstorage%2Fgoog4_request&X-Goog-Signature=0a1b"
)
AZURE_SAS = (
    "https://account.blob.core.windows.net/container/a.jpg?sv=2025-01-05&se=2026-11-23T00:00:00Z&sr=b&sp=r"
    "&sig=Z%2FRHIX5Xcg0Mq2rqI3OlWTjEg2tYkboXr1P9ZUXDtkk%3D"
)
CLOUDFRONT = (
    "https://d111111abcdef8.cloudfront.net/a.jpg?Policy=eyANCiAgICEXAMPLE__&Signature=nitfHRCrtziwO2HwPfWw~yYDhUF5Ew"
    "RunQA-j19DzZrvDh6hQ73lDx~-ar3UocvvRQVw6EkC~GdpGQyyOSKQim-TxAnW7d8F5Kkai9HVx0FIu-5jcQb0UEmatEXAMPLE&"
    "Key-Pair-Id=K2JCJMDEHXQW5F"
)

# Text, and the origin as it is shown. Everything after the host must survive to the byte.
ACCEPTED = [
    ("https://media.example/a.jpg", "https://media.example"),
    ("https://media.example/", "https://media.example"),
    ("https://media.example:443/a", "https://media.example"),
    ("http://media.example:80/a", "http://media.example"),
    ("http://media.example:443/a", "http://media.example:443"),
    ("https://media.example:65535/a", "https://media.example:65535"),
    ("http://localhost:9000/frames/0001.png", "http://localhost:9000"),
    ("http://10.1.2.3:9000/a", "http://10.1.2.3:9000"),
    ("http://0.0.0.0/a", "http://0.0.0.0"),
    ("https://Media.EXAMPLE/A.jpg", "https://media.example"),
    (f"https://{LONGEST_LABEL}.example/a", f"https://{LONGEST_LABEL}.example"),
    ("https://xn--mnchen-3ya.example/a", "https://xn--mnchen-3ya.example"),
    ("https://a--b.1a.example/a", "https://a--b.1a.example"),
    ("https://media.example//double//slash/", "https://media.example"),
    ("https://media.example/.well-known/...", "https://media.example"),
    ("https://media.example/a/..b/c../.d", "https://media.example"),
    ("https://media.example/it's(1)[2];v=1,2:3@4!$&*+~_-.", "https://media.example"),
    ("https://media.example/%2e%2e%2fescaped%2Fslash", "https://media.example"),
    ("https://media.example/a?", "https://media.example"),
    ("https://media.example/a??b=/../c", "https://media.example"),
    ("https://media.example/a?b=1&b=2&a=0", "https://media.example"),
    ("https://media.example/a?next=https://other.example/", "https://media.example"),
    ("https://media.example/" + "a" * (4096 - 22), "https://media.example"),
    (S3_VERSION_4, "https://bucket.s3.eu-west-1.amazonaws.com"),
    (S3_VERSION_2, "https://bucket.s3.amazonaws.com"),
    (GOOGLE_STORAGE, "https://storage.googleapis.com"),
    (AZURE_SAS, "https://account.blob.core.windows.net"),
    (CLOUDFRONT, "https://d111111abcdef8.cloudfront.net"),
]

# Storage references, where the buckets `frames` and `a.b_c-1` are known: text, and the origin as it is shown.
ACCEPTED_IN_BUCKETS = [
    ("s3://frames/a.jpg", "s3://frames"),
    ("gs://frames/a.jpg", "gs://frames"),
    ("s3://a.b_c-1/clip%2001/it's(1)[2];v=1,2:3@4!$&*+~_-.", "s3://a.b_c-1"),
    ("s3://frames//double//slash/", "s3://frames"),
    ("s3://frames/%3Fnot-a-query%23", "s3://frames"),
    ("s3://frames/" + "a" * (4096 - 12), "s3://frames"),
]
REFUSED_IN_BUCKETS = [
    ("s3://other/a.jpg", "storage-scheme"),
    ("gs://a.b_c-1/a.jpg", "storage-scheme"),
    ("azure://frames/a.jpg", "storage-scheme"),
    ("S3://frames/a.jpg", "scheme"),
    ("s3:frames/a.jpg", "host"),
    ("s3:///a.jpg", "host"),
    ("s3://frames", "path"),
    ("s3://frames/", "path"),
    ("s3://Frames/a.jpg", "bucket"),
    ("s3://fr/a.jpg", "bucket"),
    ("s3://" + "f" * 64 + "/a.jpg", "bucket"),
    ("s3://fra..mes/a.jpg", "bucket"),
    ("s3://.frames/a.jpg", "bucket"),
    ("s3://frames-/a.jpg", "bucket"),
    ("s3://frames:443/a.jpg", "bucket"),
    ("s3://key:secret@frames/a.jpg", "userinfo"),
    ("s3://frames/a.jpg?versionId=3", "storage-query"),
    ("s3://frames/a.jpg?", "storage-query"),
    ("s3://frames/a.jpg#b", "fragment"),
    ("s3://frames/../a.jpg", "dot-segment"),
    ("s3://frames/a/%2e/b", "dot-segment"),
    ("s3://frames/a%", "percent"),
    ("s3://frames/a b.jpg", "character"),
    ("s3://frames/\u00e9.jpg", "character"),
    ("s3://frames\\@other/a.jpg", "backslash"),
    ("s3://frames/" + "a" * 4096, "length"),
]
