package dev.belay.contract;

import dev.belay.contract.proto.ProtoFiles;
import dev.belay.manifest.text.Node;

/// One contract of a component.
sealed interface Contract {
    /// As the manifest names it; for Protocol Buffers all of the files are one.
    String path();

    /// What kind it is of, in words.
    String kind();

    /// Of HTTP.
    record OpenApi(String path, Documents documents, Node.Mapping root) implements Contract {
        @Override
        public String kind() {
            return "OpenAPI";
        }
    }

    /// Of messages.
    record AsyncApi(String path, Documents documents, Node.Mapping root) implements Contract {
        @Override
        public String kind() {
            return "AsyncAPI";
        }
    }

    /// Of what is encoded as Protocol Buffers, and the services that speak it.
    record Proto(String path, ProtoFiles files) implements Contract {
        @Override
        public String kind() {
            return "Protocol Buffers";
        }
    }
}
