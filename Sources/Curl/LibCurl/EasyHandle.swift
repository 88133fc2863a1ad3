import CCurl

/// Initialises libcurl once in the process; thread-safe, and never undone.
enum LibCurl {
    static let start: CURLcode = ccurl_start()

    /// libcurl's text for a result.
    static func text(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}

/// The owner of one easy handle and of all memory libcurl was pointed at through it.
///
/// Not thread-safe: whoever creates it keeps it on one thread.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var list: UnsafeMutablePointer<curl_slist>?
    /// The first option libcurl refused; asked for once, before the handle is used.
    private(set) var optionFault: String?

    init?() {
        guard LibCurl.start == CURLE_OK, let raw = curl_easy_init() else { return nil }
        self.raw = raw
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        note(ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText), CURLOPT_ERRORBUFFER)
        // No signals: they are the process's, and timeouts must work on any thread.
        set(CURLOPT_NOSIGNAL, 1)
        // The environment must not reroute or weaken anything.
        set(CURLOPT_PROXY, "")
        set(CURLOPT_NETRC, 0)
    }

    deinit {
        // Cleaning up may still say QUIT or LOGOUT, so the handle goes before what it points at.
        curl_easy_cleanup(raw)
        curl_slist_free_all(list)
        errorText.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) { note(ccurl_set_long(raw, option, value), option) }

    /// Sets a text, or takes it away.
    ///
    /// A NUL would cut the text short, so it counts as a refused option.
    func set(_ option: CURLoption, _ value: String?) {
        guard let value else { return note(ccurl_set_string(raw, option, nil), option) }
        guard !value.utf8.contains(0) else { return note(CURLE_BAD_FUNCTION_ARGUMENT, option) }
        note(ccurl_set_string(raw, option, value), option)
    }

    func setSize(_ option: CURLoption, _ value: Int) { note(ccurl_set_size(raw, option, curl_off_t(value)), option) }

    func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        note(ccurl_set_pointer(raw, option, value), option)
    }

    func setCall(_ option: CURLoption, _ call: @escaping ccurl_transfer_call) {
        note(ccurl_set_transfer_call(raw, option, call), option)
    }

    func setDebugCall(_ call: @escaping ccurl_debug_call) {
        note(ccurl_set_debug_call(raw, call), CURLOPT_DEBUGFUNCTION)
    }

    func setProgressCall(_ call: @escaping ccurl_progress_call) {
        note(ccurl_set_progress_call(raw, call), CURLOPT_XFERINFOFUNCTION)
    }

    func setSeekCall(_ call: @escaping ccurl_seek_call) {
        note(ccurl_set_seek_call(raw, call), CURLOPT_SEEKFUNCTION)
    }

    /// Says which sockets may be opened; `PREREQFUNCTION` sees kept connections too, which no socket is opened for.
    func setPeerCalls(socket: @escaping ccurl_socket_call, peer: @escaping ccurl_peer_call) {
        note(ccurl_set_socket_call(raw, socket), CURLOPT_OPENSOCKETFUNCTION)
        note(ccurl_set_peer_call(raw, peer), CURLOPT_PREREQFUNCTION)
    }

    /// Sets the one list option a handle uses; libcurl copies neither the list nor its texts.
    func setList(_ option: CURLoption, _ values: [String]) {
        for value in values {
            guard let grown = curl_slist_append(list, value) else {
                return note(CURLE_OUT_OF_MEMORY, option)
            }
            list = grown
        }
        note(ccurl_set_list(raw, option, list), option)
    }

    /// TLS 1.2 or newer, certificate and name verified, and with a `caFile` no other authority than those in it.
    func requireVerifiedTLS(caFile: String?) {
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        guard let caFile else { return }
        set(CURLOPT_CAINFO, caFile)
        // Debian's libcurl adds /etc/ssl/certs beside CAINFO unless the directory is taken away.
        set(CURLOPT_CAPATH, nil)
    }

    func long(_ what: CURLINFO) -> Int {
        var value = 0
        return ccurl_get_long(raw, what, &value) == CURLE_OK ? value : 0
    }

    func size(_ what: CURLINFO) -> Int {
        var value = curl_off_t(0)
        return ccurl_get_size(raw, what, &value) == CURLE_OK ? Int(value) : 0
    }

    func string(_ what: CURLINFO) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard ccurl_get_string(raw, what, &value) == CURLE_OK, let value else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    var socket: Int32? {
        var value: curl_socket_t = -1
        return ccurl_get_socket(raw, &value) == CURLE_OK && value >= 0 ? value : nil
    }

    /// The peer's own certificate, first of its chain, as PEM.
    var peerCertificatePEM: String? {
        var chain: UnsafeMutablePointer<curl_certinfo>?
        guard ccurl_get_certificates(raw, &chain) == CURLE_OK, let chain, chain.pointee.num_of_certs > 0 else {
            return nil
        }
        var field = chain.pointee.certinfo[0]
        while let entry = field {
            if let data = entry.pointee.data {
                let text = String(cString: data)
                if text.hasPrefix("Cert:") { return String(text.dropFirst(5)) }
            }
            field = entry.pointee.next
        }
        return nil
    }

    /// libcurl's own words about the last failure, or its general text for the code.
    func reason(_ code: CURLcode) -> String {
        let detail = String(cString: errorText).visible
        return detail.isEmpty ? LibCurl.text(code) : detail
    }

    func clearReason() { errorText[0] = 0 }

    private func note(_ code: CURLcode, _ option: CURLoption) {
        guard code != CURLE_OK, optionFault == nil else { return }
        optionFault = "libcurl option \(option.rawValue): \(LibCurl.text(code))"
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, at least 1: libcurl and poll take 0 as "for ever" or "at once".
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        let (product, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        let whole =
            overflow ? Int(Int32.max) : product + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        return min(max(whole, 1), Int(Int32.max))
    }
}
