import COpenSSL

/// Multiples of one public key on P-256, made once, with which its signatures verify in about half the time.
///
/// A verification (FIPS 186-5, 6.4.2) adds a multiple of the curve's base point to one of the key. OpenSSL has a table for
/// the first and works the second out from nothing each time; a group whose base point is the key gets a table of its own.
/// Everything is public here, so time may depend on values.
// Sendable because both groups are only read after init.
final class KeyTable: @unchecked Sendable {
    private let curve: OpaquePointer
    /// The same curve with the key as its base point.
    private let group: OpaquePointer

    /// Takes the key as a point, compressed or not; nil if it is none of P-256 or memory is short.
    ///
    /// Takes as long as several hundred verifications.
    init?(point bytes: [UInt8]) {
        guard let curve = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1) else { return nil }
        guard let group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1) else {
            EC_GROUP_free(curve)
            return nil
        }
        let point = EC_POINT_new(curve)
        defer { EC_POINT_free(point) }
        // Reading a point refuses one that is not on the curve; the curve's cofactor is 1.
        let isReady =
            EC_POINT_oct2point(curve, point, bytes, bytes.count, nil) == 1
            && EC_GROUP_set_generator(group, point, EC_GROUP_get0_order(curve), BN_value_one()) == 1
            && EC_GROUP_precompute_mult(group, nil) == 1
        guard isReady else {
            _ = OpenSSLQueue.drain()
            EC_GROUP_free(curve)
            EC_GROUP_free(group)
            return nil
        }
        self.curve = curve
        self.group = group
    }

    deinit {
        EC_GROUP_free(curve)
        EC_GROUP_free(group)
    }

    /// Tells whether a DER signature is the key's over a SHA-256 digest.
    func isValid(_ signature: [UInt8], over digest: [UInt8]) -> Bool {
        guard digest.count == Digest.byteCount, let parts = Self.parts(of: signature) else { return false }
        defer { ECDSA_SIG_free(parts) }
        let order = EC_GROUP_get0_order(curve)
        let (r, s) = (ECDSA_SIG_get0_r(parts), ECDSA_SIG_get0_s(parts))
        for number in [r, s] {
            guard BN_is_zero(number) == 0, BN_is_negative(number) == 0, BN_ucmp(number, order) < 0 else { return false }
        }
        guard let scratch = BN_CTX_new() else { return false }
        defer { BN_CTX_free(scratch) }
        BN_CTX_start(scratch)
        defer { BN_CTX_end(scratch) }
        let (e, inverse) = (BN_CTX_get(scratch), BN_CTX_get(scratch))
        let (x, factor) = (BN_CTX_get(scratch), BN_CTX_get(scratch))
        let (sum, part) = (EC_POINT_new(curve), EC_POINT_new(curve))
        defer {
            EC_POINT_free(sum)
            EC_POINT_free(part)
        }
        // The digest is as long as the order, so all of it counts. Without memory the last of a row is nil.
        return factor != nil && sum != nil && part != nil
            && BN_bin2bn(digest, Int32(digest.count), e) != nil
            && BN_mod_inverse(inverse, s, order, scratch) != nil
            && BN_mod_mul(factor, e, inverse, order, scratch) == 1
            && EC_POINT_mul(curve, sum, factor, nil, nil, scratch) == 1
            && BN_mod_mul(factor, r, inverse, order, scratch) == 1
            && EC_POINT_mul(group, part, factor, nil, nil, scratch) == 1
            && EC_POINT_add(curve, sum, sum, part, scratch) == 1
            && EC_POINT_is_at_infinity(curve, sum) == 0
            && EC_POINT_get_affine_coordinates(curve, sum, x, nil, scratch) == 1
            && BN_nnmod(x, x, order, scratch) == 1
            && BN_cmp(x, r) == 0
    }

    /// The two numbers of a signature; nil for anything but the one encoding DER allows.
    private static func parts(of signature: [UInt8]) -> OpaquePointer? {
        let parts = signature.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return d2i_ECDSA_SIG(nil, &cursor, buffer.count)
        }
        guard let parts else { return nil }
        guard encodeDER({ i2d_ECDSA_SIG(parts, $0) }) == signature else {
            ECDSA_SIG_free(parts)
            return nil
        }
        return parts
    }
}
