import CCurl
import Glibc

/// The network address of a peer, and whether it is one of the public Internet.
struct PeerAddress: Sendable, Hashable {
    /// 4 bytes of IPv4, or 16 of IPv6.
    let bytes: [UInt8]

    /// Reads an address as text; nil for a name.
    init?(text: String) {
        var (four, six) = (in_addr(), in6_addr())
        // A zone as in fe80::1%eth0 is only ever part of an address that is not public.
        let bare = text.prefix { $0 != "%" }
        if inet_pton(AF_INET, String(bare), &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, String(bare), &six) == 1 {
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    /// Reads the address to which libcurl is about to open a socket; nil when it is neither IPv4 nor IPv6.
    init?(_ address: UnsafeMutablePointer<curl_sockaddr>) {
        let (family, length) = (address.pointee.family, Int(address.pointee.addrlen))
        // libcurl keeps the whole address behind a field that is declared shorter.
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr) else { return nil }
        let raw = UnsafeRawPointer(address) + offset
        switch family {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            let four = raw.loadUnaligned(as: sockaddr_in.self)
            bytes = withUnsafeBytes(of: four.sin_addr) { Array($0) }
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let six = raw.loadUnaligned(as: sockaddr_in6.self)
            bytes = withUnsafeBytes(of: six.sin6_addr) { Array($0) }
        default: return nil
        }
    }

    /// Whether it is a public unicast address: none of the special ranges of IANA's registries (RFC 6890).
    var isPublic: Bool {
        guard bytes.count == 16 else { return !Self.isIn(Self.specialFour, bytes) }
        // ::ffff:a.b.c.d is an IPv4 peer in other clothes.
        if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) {
            return !Self.isIn(Self.specialFour, Array(bytes[12...]))
        }
        return Self.isIn(Self.globalSix, bytes) && !Self.isIn(Self.specialSix, bytes)
    }

    private static func isIn(_ ranges: [(prefix: [UInt8], bits: Int)], _ address: [UInt8]) -> Bool {
        ranges.contains { range in
            (0..<range.bits).allSatisfy { bit in
                let (index, mask) = (bit / 8, UInt8(0x80) >> UInt8(bit % 8))
                let wanted = index < range.prefix.count ? range.prefix[index] : 0
                return address[index] & mask == wanted & mask
            }
        }
    }

    /// This host, private use, shared, loopback, link-local, protocol assignments, documentation, relays, benchmarks,
    /// multicast and what is reserved.
    private static let specialFour: [(prefix: [UInt8], bits: Int)] = [
        ([0], 8), ([10], 8), ([100, 64], 10), ([127], 8), ([169, 254], 16), ([172, 16], 12), ([192, 0, 0], 24),
        ([192, 0, 2], 24), ([192, 88, 99], 24), ([192, 168], 16), ([198, 18], 15), ([198, 51, 100], 24),
        ([203, 0, 113], 24), ([224], 4), ([240], 4),
    ]

    /// The only space of which global unicast addresses are given out.
    private static let globalSix: [(prefix: [UInt8], bits: Int)] = [([0x20], 3)]

    /// Within it: protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address.
    private static let specialSix: [(prefix: [UInt8], bits: Int)] = [
        ([0x20, 0x01, 0x00], 23), ([0x20, 0x01, 0x0D, 0xB8], 32), ([0x20, 0x02], 16), ([0x3F, 0xFF], 20),
    ]
}
