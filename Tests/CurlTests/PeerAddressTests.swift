import Foundation
import TestSupport
import Testing

@testable import Curl

/// What a URL that somebody else chose may reach.
@Suite(.serialized)
struct PeerAddressTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.9.9.9", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "100::1", "2001::1", "2001:db8::1",
        "2002:7f00:1::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    ])
    func `special addresses are not public`(_ text: String) throws {
        #expect(try !#require(PeerAddress(text: text)).isPublic)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "192.167.1.1", "198.17.0.1", "223.255.255.255", "::ffff:1.1.1.1", "2400:3200::1", "2606:4700::1111",
        "2a00:1450::1",
    ])
    func `others are`(_ text: String) throws { #expect(try #require(PeerAddress(text: text)).isPublic) }

    /// Ways to write this machine, a port nobody serves hooks on, and a login that hides the host.
    @Test(arguments: [
        "https://127.0.0.1:PORT/", "https://localhost:PORT/", "https://LOCALHOST.:PORT/", "https://a.localhost:PORT/",
        "https://2130706433:PORT/", "https://0x7f.1:PORT/", "https://017700000001:PORT/", "https://127.1:PORT/",
        "https://[::1]:PORT/", "https://[::ffff:7f00:1]:PORT/", "https://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
        "https://169.254.169.254/latest", "https://user@127.0.0.1:PORT/", "https://example.com@127.0.0.1:PORT/",
        "https://example.com:22/", "http://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:PORT/",
    ])
    func `a URL that leads inside is refused before a socket is opened`(_ pattern: String) async throws {
        let peer = try await ScriptedPeer.http()
        let url = pattern.replacingOccurrences(of: "PORT", with: "\(peer.port)")
        let request = HTTPRequest(method: "POST", url: url, body: [1], reach: .publicOnly)
        #expect(request.fault != nil)
        guard case .notSent = await failure(request) else {
            Issue.record("\(url) was sent")
            return
        }
        #expect(peer.connections == 0)
        await peer.stop()
    }

    /// A name whose address this machine's own tables give as loopback, as a hostile name server would.
    static let nameOfLoopback: String? = {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, 255) == 0 else { return nil }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var found: UnsafeMutablePointer<addrinfo>?
        var hints = addrinfo()
        hints.ai_family = AF_INET
        guard getaddrinfo(name, nil, &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        let address = found.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            UInt32(bigEndian: $0.pointee.sin_addr.s_addr)
        }
        return address == 0x7F00_0001 ? name : nil
    }()

    @Test(.enabled(if: nameOfLoopback != nil))
    func `a name that leads inside is refused by the address that is connected to`() async throws {
        let peer = try await ScriptedPeer.http()
        let name = try #require(Self.nameOfLoopback)
        var request = HTTPRequest(
            method: "POST", url: "http://\(name):\(peer.port)/", body: [1], allowClearText: true, reach: .publicOnly)
        #expect(request.fault == nil, "nothing is to be seen before the name is looked up")
        guard case .notSent(let reason) = await failure(request) else {
            Issue.record("sent to \(name)")
            return
        }
        #expect(reason.contains("leads to this machine or a private network"))
        #expect(peer.connections == 0)
        request.reach = .anywhere
        #expect(await failure(request) == nil, "the operator may")
        await peer.stop()
    }

    @Test(.enabled(if: nameOfLoopback != nil))
    func `a connection that another request has opened inside is not used either`() async throws {
        let peer = try await ScriptedPeer.http()
        let exchange = HTTPExchange()
        let name = try #require(Self.nameOfLoopback)
        var request = HTTPRequest(
            method: "POST", url: "http://\(name):\(peer.port)/", body: [1], allowClearText: true)
        _ = try await exchange.send(request)
        request.reach = .publicOnly
        guard case .notSent(let reason) = await failure(request, exchange) else {
            Issue.record("sent over the kept connection")
            return
        }
        #expect(reason.contains("leads to this machine or a private network"))
        #expect(peer.messages.count == 1)
        await peer.stop()
    }

    private func failure(_ request: HTTPRequest, _ exchange: HTTPExchange = HTTPExchange()) async -> HTTPFailure? {
        do {
            _ = try await exchange.send(request)
            return nil
        } catch {
            return error
        }
    }
}
