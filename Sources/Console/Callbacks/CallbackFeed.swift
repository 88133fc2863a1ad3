import Evidence
import Notices

/// A gateway that reports by calling a path only it knows.
public struct CallbackFeed: Sendable {
    /// What the configuration calls the gateway; appears in our log instead of the secret.
    public let name: String
    /// The last segment of its path: letters, digits, `-` and `_`, 32 at least.
    public let secret: String
    /// The largest body that is read.
    public let maximumBytes: Int
    /// Turns a request into bytes for the receipt desk; throws a sentence when the request cannot be the gateway's.
    public let read: @Sendable (CallbackRequest) throws -> Callback

    /// Describes a feed.
    ///
    /// A signature that is present and wrong is better returned as a receipt with ``ParsedReceipt/forgery`` than thrown:
    /// then the forgery is evidence.
    public init(
        name: String, secret: String, maximumBytes: Int = 64 << 10,
        read: @escaping @Sendable (CallbackRequest) throws -> Callback
    ) {
        precondition(secret.utf8.count >= 32, "the secret of the call-back path of \(name) needs 32 characters")
        self.name = name
        self.secret = secret
        self.maximumBytes = maximumBytes
        self.read = read
    }
}

/// What a gateway sent, byte for byte.
public struct CallbackRequest: Sendable, Hashable {
    /// `GET` or `POST`.
    public let method: String
    /// The address as the gateway used it, query included: signatures cover it.
    public let url: String
    /// The header fields as they came.
    public let headers: [(name: String, value: String)]
    /// The query without its question mark, not decoded; empty if there is none.
    public let query: String
    /// The body.
    public let body: [UInt8]

    /// Gathers a request.
    public init(
        method: String, url: String, headers: [(name: String, value: String)], query: String, body: [UInt8]
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.query = query
        self.body = body
    }

    /// Compares everything, header fields in their order.
    public static func == (a: CallbackRequest, b: CallbackRequest) -> Bool {
        a.method == b.method && a.url == b.url && a.query == b.query && a.body == b.body
            && a.headers.elementsEqual(b.headers) { $0 == $1 }
    }

    /// Hashes what most distinguishes requests.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(url)
        hasher.combine(body)
    }
}

/// What a call-back is to the receipt desk, and what the gateway wants to hear.
public struct Callback: Sendable {
    /// The bytes to keep as evidence and to parse.
    public let raw: [UInt8]
    /// Reads them, now or when the delivery they name appears.
    public let parser: any ReceiptParser
    /// What is answered once everything is on disk.
    public let reply: CallbackReply

    /// Gathers a call-back.
    public init(raw: [UInt8], parser: any ReceiptParser, reply: CallbackReply = CallbackReply()) {
        self.raw = raw
        self.parser = parser
        self.reply = reply
    }
}

/// The words with which a gateway knows that it need not call again.
public struct CallbackReply: Sendable, Hashable {
    /// For example `application/json`.
    public let contentType: String
    /// The body.
    public let body: [UInt8]

    /// An answer; plain `ok` unless told otherwise.
    public init(contentType: String = "text/plain; charset=utf-8", body: [UInt8] = Array("ok".utf8)) {
        self.contentType = contentType
        self.body = body
    }
}
