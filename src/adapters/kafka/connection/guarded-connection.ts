import { Connection, Reader } from '@platformatic/kafka';

type Parse<Answer> = (correlationId: number, key: number, version: number, reader: Reader) => Answer | Promise<Answer>;
type CreatePayload = Parameters<Connection['send']>[2];

/**
 * Reads forward only, so that whatever the bytes say the work is bounded by their number. The library takes a length
 * below zero as a way back, and would read the same bytes again and again.
 */
export class ForwardReader extends Reader {
  override skip(length: number): this {
    this.#from(this.position, super.skip(length));
    if (this.remaining < 0) throw new RangeError('a length is beyond the end');
    return this;
  }

  override readNullableString(...how: Parameters<Reader['readNullableString']>): string | null {
    return this.#from(this.position + 1, super.readNullableString(...how));
  }

  override readNullableBytes(...how: Parameters<Reader['readNullableBytes']>): Buffer | null {
    return this.#from(this.position + 1, super.readNullableBytes(...how));
  }

  /** `value`, when what was read for it ends at `least` or further on. */
  #from<T>(least: number, value: T): T {
    if (this.position < least) throw new RangeError('a length is below zero');
    return value;
  }
}

/** The library's connection, for answers that hold what any client of the cluster may have written. */
export class GuardedConnection extends Connection {
  override async connect(host: string, port: number): Promise<void> {
    const connected = super.connect(host, port);
    // Our listeners come after the library's, which begins to read in its own.
    for (const event of ['connect', 'secureConnect']) this.socket.once(event, () => this.#catchWhileReading());
    await connected;
  }

  /**
   * An answer is parsed from one piece. The library keeps it in the pieces that it came in and walks through them for
   * each field: 20 MB that the members of one group left with a broker would stop the process for 15 seconds.
   */
  override send<Answer>(
    key: number,
    version: number,
    createPayload: CreatePayload,
    parse: Parse<Answer>,
    requestTags: boolean,
    answerTags: boolean,
    callback: (error: Error | null, answer?: Answer) => void,
  ): void {
    const parseWhole: Parse<Answer> = (id, itsKey, itsVersion, reader) =>
      parse(id, itsKey, itsVersion, new ForwardReader(Reader.from(reader.buffer.slice(reader.position)).buffer));
    super.send(key, version, createPayload, parseWhole, requestTags, answerTags, callback);
  }

  /** The library throws at a length that cannot be; from within a listener that would end the process. */
  #catchWhileReading(): void {
    const { socket } = this;
    for (const listener of socket.listeners('data')) {
      socket.off('data', listener as () => void);
      socket.on('data', (chunk) => {
        try {
          listener.call(socket, chunk);
        } catch (error) {
          socket.destroy(error instanceof Error ? error : new Error('the answer cannot be read'));
        }
      });
    }
  }
}
