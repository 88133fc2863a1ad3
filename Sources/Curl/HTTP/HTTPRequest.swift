/// A header field of a request or a response.
public struct HTTPHeader: Sendable, Hashable {
    /// The field's name, as sent.
    public let name: String
    /// The field's value, without the surrounding white space.
    public let value: String

    /// Pairs a name with a value; `HTTPExchange` refuses names and values that would break the header.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A request to an HTTP peer: SMS gateway, web hook or timestamp authority.
///
/// Nothing is checked here; `HTTPExchange.send` refuses a bad request as `HTTPFailure.notSent` before it opens a socket.
public struct HTTPRequest: Sendable {
    /// The method, in upper case.
    public var method: String
    /// An absolute `https` URL without user information; `http` only to loopback unless `allowClearText`.
    public var url: String
    /// Header fields in the order in which they are sent.
    public var headers: [HTTPHeader]
    /// The body, sent byte for byte with its length.
    public var body: [UInt8]
    /// How long the whole exchange may take.
    public var timeout: Duration
    /// How long DNS, TCP and TLS may take.
    public var connectTimeout: Duration
    /// The largest response body that is accepted.
    public var maxResponseBytes: Int
    /// Allows `http` to a peer that is not on this machine; whoever sits between then reads and changes everything.
    public var allowClearText: Bool
    /// The only certificate authorities trusted for this request; nil means the system's.
    public var caFile: String?
    /// Which machines may be reached.
    public var reach: Reach

    /// Which machines a request may reach.
    public enum Reach: Sendable, Hashable {
        /// Whatever the URL names; for addresses that the operator has configured.
        case anywhere
        /// Only public unicast addresses, for URLs that others choose.
        ///
        /// Decided by the address that is connected to, so that no name server can lead us into our own network.
        case publicOnly
    }

    /// Describes a request; the defaults suit a gateway call.
    public init(
        method: String = "GET", url: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10),
        maxResponseBytes: Int = 1 << 20, allowClearText: Bool = false, caFile: String? = nil,
        reach: Reach = .anywhere
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maxResponseBytes = maxResponseBytes
        self.allowClearText = allowClearText
        self.caFile = caFile
        self.reach = reach
    }

    /// Why the request would not be sent as it stands, before anything is looked up; nil when nothing stands against it.
    public var fault: HTTPFailure? {
        do { _ = try CheckedRequest(self) } catch { return error }
        return nil
    }
}

/// What the peer answered, untouched: no redirect was followed and no content coding undone.
public struct HTTPResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields in the order received.
    public let headers: [HTTPHeader]
    /// The body's bytes as they came.
    public let body: [UInt8]

    /// Describes a response; channels' tests build these too.
    public init(status: Int, headers: [HTTPHeader], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header field, whatever the case of its name.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

/// Why there is no response, told apart by what the peer may have seen.
public enum HTTPFailure: Error, Sendable, CustomStringConvertible {
    /// No byte of the request reached the peer: sending again cannot make a second message.
    case notSent(String)
    /// The peer may have received and executed the request: never repeat it blindly.
    case unknown(String)
    /// The peer answered, but with more than `maxResponseBytes`.
    case responseTooLarge(String)

    /// The failure as one sentence for the log.
    public var description: String {
        switch self {
        case .notSent(let reason): "request not sent: \(reason)"
        case .unknown(let reason): "request may have been received: \(reason)"
        case .responseTooLarge(let reason): "response refused: \(reason)"
        }
    }
}
