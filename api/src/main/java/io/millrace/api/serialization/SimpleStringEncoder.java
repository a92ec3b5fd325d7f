package io.millrace.api.serialization;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;

/** Writes the text of each record as a line that ends with LF. */
public class SimpleStringEncoder<IN> implements Encoder<IN> {
    private static final long serialVersionUID = 1L;
    private final String charsetName;
    private transient Charset charset;

    /** In UTF-8. */
    public SimpleStringEncoder() {
        this("UTF-8");
    }

    /**
     * @throws java.nio.charset.UnsupportedCharsetException if there is no such charset
     */
    public SimpleStringEncoder(String charsetName) {
        this.charset = Charset.forName(charsetName);
        this.charsetName = charsetName;
    }

    @Override
    public void encode(IN element, OutputStream stream) throws IOException {
        if (charset == null) {
            charset = Charset.forName(charsetName); // not on the way to the workers
        }
        stream.write(("" + element).getBytes(charset));
        stream.write('\n');
    }
}
