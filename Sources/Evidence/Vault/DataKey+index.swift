extension DataKey {
    /// A keyed hash by which a sealed value can be found again (a blind index) without being stored in clear.
    ///
    /// Equal values give equal hashes under one key; without the key a short value such as a phone number cannot be guessed.
    public func blindIndex(of value: [UInt8]) -> [UInt8] {
        let key = HMAC.sha256(key: bytes, Array("songda blind index".utf8))
        return HMAC.sha256(key: key, value)
    }
}
