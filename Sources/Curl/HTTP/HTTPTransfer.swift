import CCurl
import Glibc

typealias HTTPResult = Result<HTTPResponse, HTTPFailure>

/// One request on its way: the easy handle, what is still to be sent and what has come.
///
/// Made by the caller, handed over under the engine's lock, and from then on touched by the engine's thread only.
final class HTTPTransfer: @unchecked Sendable {
    // Sendable: see above; nothing of it is read by two threads at once.
    let id: UInt64
    private let checked: CheckedRequest
    private let answer: CheckedContinuation<HTTPResult, Never>
    private(set) var handle: EasyHandle?
    private var sent = 0
    private var headers: [HTTPHeader] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// Why a peer was not spoken to.
    private var refusedPeer: String?

    private static let maxHeaderBytes = 256 << 10

    init(id: UInt64, _ checked: CheckedRequest, answer: CheckedContinuation<HTTPResult, Never>) {
        self.id = id
        self.checked = checked
        self.answer = answer
    }

    /// Sets the handle up; nil when libcurl refuses.
    func prepare() -> EasyHandle? {
        guard let handle = EasyHandle() else { return nil }
        let request = checked.request
        handle.set(CURLOPT_URL, request.url)
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        handle.set(CURLOPT_TIMEOUT_MS, request.timeout.milliseconds)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        handle.set(CURLOPT_MAXAGE_CONN, 60)
        handle.setSize(CURLOPT_MAXFILESIZE_LARGE, max(1, request.maxResponseBytes))
        handle.requireVerifiedTLS(caFile: request.caFile)
        handle.setList(CURLOPT_HTTPHEADER, checked.headerLines)
        setBody(on: handle)
        if request.reach == .publicOnly { restrictPeers(on: handle) }
        let owner = Unmanaged.passUnretained(self).toOpaque()
        handle.setPointer(CURLOPT_WRITEDATA, owner)
        handle.setPointer(CURLOPT_HEADERDATA, owner)
        handle.setCall(CURLOPT_WRITEFUNCTION) { bytes, _, count, owner in
            HTTPTransfer.of(owner)?.receive(bytes, count) == true ? count : 0
        }
        handle.setCall(CURLOPT_HEADERFUNCTION) { bytes, _, count, owner in
            HTTPTransfer.of(owner)?.receiveHeader(bytes, count) == true ? count : 0
        }
        self.handle = handle
        return handle.optionFault == nil ? handle : nil
    }

    /// Opens no socket to what is not public, and sends nothing over one that another request has opened to it.
    private func restrictPeers(on handle: EasyHandle) {
        let owner = Unmanaged.passUnretained(self).toOpaque()
        handle.setPointer(CURLOPT_OPENSOCKETDATA, owner)
        handle.setPointer(CURLOPT_PREREQDATA, owner)
        handle.setPeerCalls { owner, _, address in
            guard let address, PeerAddress(address)?.isPublic == true else {
                HTTPTransfer.of(owner)?.refusedPeer = "its name leads to this machine or a private network"
                return ccurl_no_socket()
            }
            let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
            return Glibc.socket(address.pointee.family, kind, address.pointee.protocol)
        } peer: { owner, peer, _, _, _ in
            if let peer, PeerAddress(text: String(cString: peer))?.isPublic == true { return CURL_PREREQFUNC_OK }
            HTTPTransfer.of(owner)?.refusedPeer = "the connection leads to this machine or a private network"
            return CURL_PREREQFUNC_ABORT
        }
    }

    private func setBody(on handle: EasyHandle) {
        let request = checked.request
        switch request.method {
        case "GET" where request.body.isEmpty: return handle.set(CURLOPT_HTTPGET, 1)
        case "HEAD": return handle.set(CURLOPT_NOBODY, 1)
        default: break
        }
        handle.set(CURLOPT_POST, 1)
        if request.method != "POST" { handle.set(CURLOPT_CUSTOMREQUEST, request.method) }
        handle.setSize(CURLOPT_POSTFIELDSIZE_LARGE, request.body.count)
        let owner = Unmanaged.passUnretained(self).toOpaque()
        handle.setPointer(CURLOPT_READDATA, owner)
        handle.setPointer(CURLOPT_SEEKDATA, owner)
        handle.setCall(CURLOPT_READFUNCTION) { room, _, count, owner in
            HTTPTransfer.of(owner)?.fill(room, count) ?? ccurl_read_abort()
        }
        // When a kept connection dies without a reply, libcurl silently sends a POST again: an SMS would go out twice.
        // A body that cannot be rewound stops that; a request without one gets a connection of its own.
        handle.setSeekCall { _, _, _ in CURL_SEEKFUNC_FAIL }
        if request.body.isEmpty { handle.set(CURLOPT_FRESH_CONNECT, 1) }
    }

    /// Answers the caller; the handle is already out of the multi.
    func finish(_ code: CURLcode) {
        guard let handle else { return fail("libcurl gave no handle") }
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            let limit = checked.request.maxResponseBytes
            answer.resume(returning: .failure(.responseTooLarge("more than \(limit) bytes from \(peer)")))
        } else if code == CURLE_OK {
            let status = handle.long(CURLINFO_RESPONSE_CODE)
            answer.resume(returning: .success(HTTPResponse(status: status, headers: headers, body: body)))
        } else if code == CURLE_SEND_FAIL_REWIND {
            fail("the kept connection ended without a reply, and the request is not repeated (\(peer))")
        } else {
            fail("\(refusedPeer ?? handle.reason(code)) (\(peer))")
        }
    }

    /// Answers the caller with a failure, told apart by whether any byte of the request has left.
    func fail(_ reason: String) {
        let hasLeft = headerBytes > 0 || sent > 0 || (handle?.long(CURLINFO_REQUEST_SIZE) ?? 0) > 0
        answer.resume(returning: .failure(hasLeft ? .unknown(reason) : .notSent(reason)))
    }

    /// The URL up to its query, which may hold what does not belong into a log.
    private var peer: String { String(checked.request.url.prefix { $0 != "?" }) }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> HTTPTransfer? {
        owner.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func fill(_ room: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        let body = checked.request.body
        let length = min(count, body.count - sent)
        guard let room, length > 0 else { return 0 }
        body.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(start: room, count: count)
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[sent..<sent + length]))
        }
        sent += length
        return length
    }

    private func receive(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Bool {
        guard let bytes, body.count + count <= checked.request.maxResponseBytes else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return true
    }

    private func receiveHeader(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Bool {
        headerBytes += count
        guard let bytes, headerBytes <= Self.maxHeaderBytes else {
            isTooLarge = true
            return false
        }
        let line = UnsafeRawBufferPointer(start: bytes, count: count)
        // A status line starts over: what came before was an interim reply.
        if line.starts(with: Array("HTTP/".utf8)) {
            headers = []
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[(colon + 1)...]
            headers.append(HTTPHeader(name: Self.trimmed(line[..<colon]), value: Self.trimmed(value)))
        }
        return true
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        let start = bytes.firstIndex { !isBlank($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<end], as: UTF8.self).visible
    }
}
